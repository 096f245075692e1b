// What goes wrong on the way, and how the published client goes on from there.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'

import { FetchError } from '@electric-sql/client'

import { Fixture } from './fixture.mjs'
import { Proxy } from './proxy.mjs'
import { QUICK, Server, within } from './support.mjs'

let fixture

before(async () => {
  fixture = await Fixture.start('--chunk-bytes', '10000')
})

after(() => fixture?.stop())

/** A client that has stored where it is, and stopped. */
async function stored(t, params) {
  const follower = await fixture.ready(t, params)
  follower.stop()
  return { handle: follower.stream.shapeHandle, offset: follower.stream.lastOffset }
}

test('a 400 that the app repairs goes on from the same offset', async (t) => {
  const items = await fixture.table()
  const params = { table: items, where: 'size > 50' }
  const point = await stored(t, params)
  await fixture.write(`DELETE FROM ${items} WHERE id = 60`)
  const errors = []
  const onError = (error) => {
    errors.push(error)
    return { params: { where: 'size > 50' } }
  }
  const broken = { table: items, where: 'size > nonsense' }
  const follower = fixture.follow(t, broken, { ...point, onError, backoffOptions: QUICK })
  await follower.until('the delete', ({ changes }) => changes.length === 1)
  assert.deepEqual(follower.operations(), ['delete 60'])
  assert.deepEqual(follower.controls.slice(0, 1), ['up-to-date'])
  assert.equal(follower.stream.shapeHandle, point.handle)
  assert.equal(errors.length, 1)
  assert.ok(errors[0] instanceof FetchError)
  assert.equal(errors[0].status, 400)
  assert.match(errors[0].json.errors.where[0], /nonsense/)
  const [refused, repaired] = follower.answers.map(({ url }) => url.searchParams.get('offset'))
  assert.equal(repaired, refused)
})

test('a 400 that nobody repairs ends the stream, and is told once', async (t) => {
  const items = await fixture.table()
  const params = { table: items, columns: ['id', 'nothing'] }
  let follower
  const error = await within(
    'the error',
    new Promise((resolve) => (follower = fixture.follow(t, params, { onError: resolve }))),
  )
  assert.equal(error.status, 400)
  assert.match(error.json.errors.columns[0], /nothing/)
  await fixture.ready(t, { table: items })
  assert.equal(follower.answers.length, 1)
  assert.ok(!follower.stream.isConnected())
})

test('behind a guard a client renews its token, and loses nothing', async (t) => {
  const items = await fixture.table()
  let valid = 'first'
  const passed = []
  const url = await Proxy.start(t, fixture.server.url, ({ headers }, pass) => {
    if (!headers.authorization) return Response.json({ message: 'who are you?' }, { status: 401 })
    if (headers.authorization !== `Bearer ${valid}`) return Response.json({ message: 'too old' }, { status: 403 })
    passed.push(headers.authorization)
    return pass()
  })
  const refused = []
  const onError = async (error) => {
    refused.push(error.status)
    return { headers: { authorization: `Bearer ${valid}` } }
  }
  const follower = await fixture.ready(t, { table: items }, { url, onError, backoffOptions: QUICK })
  assert.deepEqual(refused, [401])
  valid = 'second'
  for (let id = 1; id <= 5; id++) {
    await fixture.write(`UPDATE ${items} SET note = 'seen' WHERE id = ${id}`)
    await fixture.agrees(follower, items)
  }
  assert.deepEqual(refused, [401, 403])
  assert.ok(passed.includes('Bearer first') && passed.includes('Bearer second'))
  assert.deepEqual(follower.operations(200), [1, 2, 3, 4, 5].map((id) => `update ${id}`))
})

test('a server with a secret refuses a client until it has that', async (t) => {
  const items = await fixture.table()
  const server = await Server.start(fixture.database, '--secret', 'of the house')
  t.after(() => server.stop())
  const refused = []
  const onError = ({ status }) => {
    refused.push(status)
    return { params: { secret: refused.length > 1 ? 'of the house' : 'guessed' } }
  }
  const follower = fixture.follow(t, { table: items }, { url: server.url, onError, backoffOptions: QUICK })
  await fixture.agrees(follower, items)
  assert.deepEqual(refused, [401, 401])
})

test('a token may be a function, asked for each request', async (t) => {
  const items = await fixture.table()
  const tokens = []
  const url = await Proxy.start(t, fixture.server.url, ({ headers }, pass) => {
    tokens.push(headers.authorization)
    return pass()
  })
  let count = 0
  const headers = { authorization: async () => `Bearer ${++count}` }
  const follower = await fixture.ready(t, { table: items }, { url, headers })
  await fixture.write(`DELETE FROM ${items} WHERE id = 1`)
  await fixture.agrees(follower, items)
  assert.ok(new Set(tokens).size > 1)
})

test('a busy server is asked again after the time that it names', async (t) => {
  const items = await fixture.table()
  const asked = []
  let busy = 2
  const url = await Proxy.start(t, fixture.server.url, (_, pass) => {
    asked.push(performance.now())
    if (busy-- <= 0) return pass()
    const body = { code: 'concurrent_request_limit_exceeded', message: 'please retry' }
    return Response.json(body, { status: 503, headers: { 'retry-after': '1' } })
  })
  const follower = await fixture.ready(t, { table: items }, { url, backoffOptions: QUICK })
  await fixture.agrees(follower, items)
  // Timers may fire a millisecond early.
  for (const n of [1, 2]) assert.ok(asked[n] - asked[n - 1] >= 990, `after ${asked[n] - asked[n - 1]} ms`)
  assert.deepEqual(follower.answers.slice(0, 3).map(({ status }) => status), [503, 503, 200])
})

test('lines that break at any place lose and repeat nothing', async (t) => {
  const items = await fixture.table(2_000)
  const tries = new Map()
  const url = await Proxy.start(t, fixture.server.url, async (asked, pass) => {
    const nth = 1 + (tries.get(asked.url.search) ?? 0)
    tries.set(asked.url.search, nth)
    if (nth === 1) throw new Error('no answer at all')
    const response = await pass()
    return nth === 2 ? new Response(half(response.body), response) : response
  })
  const onError = () => ({})
  const follower = await fixture.ready(t, { table: items }, { url, onError, backoffOptions: QUICK })
  await fixture.agrees(follower, items)
  for (let id = 1; id <= 5; id++) {
    await fixture.write(`UPDATE ${items} SET note = 'seen' WHERE id = ${id}`)
    await fixture.write(`INSERT INTO ${items} VALUES (-${id}, 'new')`)
  }
  await fixture.agrees(follower, items)
  const expected = [1, 2, 3, 4, 5].flatMap((id) => [`update ${id}`, `insert -${id}`])
  assert.deepEqual(follower.operations(2_000), expected)
})

test('a server that is started again is found, by all its clients', async (t) => {
  const items = await fixture.table()
  let server = await Server.start(fixture.database)
  t.after(() => server.stop())
  const { url } = server
  const followers = await Promise.all(
    ['size < 50', 'size >= 50', 'true'].map((where) =>
      fixture.ready(t, { table: items, where }, { url, backoffOptions: QUICK }),
    ),
  )
  await server.stop()
  await fixture.write(`UPDATE ${items} SET note = 'written meanwhile'`)
  server = await Server.start(fixture.database, '--listen', new URL(url).host)
  for (const [follower, where] of [[followers[0], 'size < 50'], [followers[1], 'size >= 50'], [followers[2]]]) {
    await fixture.agrees(follower, items, where)
    assert.equal(follower.controls.filter((control) => control === 'must-refetch').length, 1)
  }
})

/** The first half of a body, which then breaks off. */
function half(body) {
  return new ReadableStream({
    async start(controller) {
      const bytes = new Uint8Array(await new Response(body).arrayBuffer())
      if (bytes.length > 1) controller.enqueue(bytes.subarray(0, bytes.length / 2))
      controller.error(new Error('broken off'))
    },
  })
}
