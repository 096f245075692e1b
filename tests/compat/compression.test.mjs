// Bodies that are compressed on the way are the same for the published client.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'

import { Fixture } from './fixture.mjs'

let fixture

before(async () => {
  fixture = await Fixture.start('--chunk-bytes', '10000', '--compression')
})

after(() => fixture?.stop())

const isPlain = ({ encoding }) => [null, 'identity'].includes(encoding)

for (const encoding of ['br', 'gzip']) {
  test(`rows, changes and rotations come by ${encoding}, and events as they are`, async (t) => {
    const items = await fixture.table(2_000)
    const headers = { 'accept-encoding': encoding }
    const [polls, events] = await Promise.all(
      [false, true].map((liveSse) => fixture.ready(t, { table: items }, { headers, liveSse })),
    )
    const both = [polls, events]
    await fixture.write(`UPDATE ${items} SET note = repeat('x', 100) WHERE id % 2 = 0`)
    await fixture.agrees(both, items)
    await fixture.write(`TRUNCATE ${items}; INSERT INTO ${items} SELECT n, 'new' FROM generate_series(1, 500) n`)
    await fixture.agrees(both, items)
    await fixture.write(`DELETE FROM ${items} WHERE id % 2 = 0`)
    await fixture.agrees(both, items)

    const isLive = ({ url }) => url.searchParams.has('live')
    const chunks = both.flatMap(({ answers }) => answers.filter((answer) => !isLive(answer)))
    assert.ok(chunks.filter((answer) => answer.encoding === encoding).length > 20)
    assert.ok(polls.answers.filter(isLive).some((answer) => answer.encoding === encoding))
    assert.ok(events.answers.filter(isLive).every(isPlain))
  })
}

test('who asks for no compression gets none', async (t) => {
  const items = await fixture.table()
  const follower = await fixture.ready(t, { table: items }, { headers: { 'accept-encoding': 'identity' } })
  await fixture.agrees(follower, items)
  assert.ok(follower.answers.every(isPlain))
})
