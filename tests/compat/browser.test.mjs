// The published client in a browser, on a page of another origin than the server's: preflights, what scripts may read,
// and the browser's own cache.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { after, before, test } from 'node:test'

import { launch } from './chromium.mjs'
import { Fixture } from './fixture.mjs'
import { Proxy } from './proxy.mjs'
import { ROOT, Server, within } from './support.mjs'

const CLIENT = `${ROOT}tests/compat/node_modules/@electric-sql/client/dist/index.browser.mjs`

let fixture, browser, pages

before(async () => {
  fixture = await Fixture.start('--chunk-bytes', '10000')
  browser = await launch()
  const client = await readFile(CLIENT)
  pages = createServer(({ url }, response) => {
    const isClient = url === '/client.mjs'
    response.setHeader('content-type', isClient ? 'text/javascript' : 'text/html')
    response.end(isClient ? client : '<!doctype html><link rel="icon" href="data:,">')
  })
  pages.listen(0, '127.0.0.1')
  await once(pages, 'listening')
})

after(async () => {
  await browser?.close()
  pages?.close()
  await fixture?.stop()
})

/** A page with a client of a shape, which keeps the rows that it knows by id. */
class Tab {
  static async open(t, options) {
    const context = await browser.newContext()
    t.after(() => context.close())
    const page = await context.newPage()
    const tab = new Tab(page, options)
    await page.goto(`http://127.0.0.1:${pages.address().port}/`)
    await tab.start()
    return tab
  }

  constructor(page, options) {
    Object.assign(this, { page, options, errors: [], requests: [] })
    page.on('pageerror', (error) => this.errors.push(String(error)))
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) this.errors.push(message.text())
    })
    page.on('request', (request) => this.requests.push(request))
  }

  async start() {
    await this.page.evaluate(async (options) => {
      const { Shape, ShapeStream } = await import('/client.mjs')
      window.refused = []
      const onError = ({ status }) => {
        window.refused.push(status)
        if (status === 401) return { params: { secret: 'of the house' } }
      }
      window.stream = new ShapeStream({ ...options, onError, warnOnHttp: false })
      window.shape = new Shape(window.stream)
      window.text = () => {
        const rows = window.shape.currentRows.map(({ id, name }) => `${id} ${name}`)
        return window.stream.isUpToDate ? rows.sort().join() : undefined
      }
    }, { url: fixture.server.url, ...this.options })
  }

  async reload() {
    await this.page.reload()
    await this.start()
  }

  /** Waits until the rows are exactly those of a query. */
  async shows(query) {
    const rows = (await fixture.database.rows(query)).map(({ id, name }) => `${id} ${name}`)
    const look = (expected) => window.text() === expected
    await within(`the page to have ${query}`, this.page.waitForFunction(look, rows.sort().join(), { timeout: 0 }))
  }
}

/** What the browser says by itself of each 409, and the client of one that names no handle. */
const unexpected = ({ errors }) => errors.filter((error) => !error.includes('409'))

for (const liveSse of [false, true]) {
  test(`a page of another origin follows changes and rotations, ${liveSse ? 'as events' : 'by polling'}`, async (t) => {
    const items = await fixture.table(500)
    const tab = await Tab.open(t, { params: { table: items }, liveSse, headers: { authorization: 'Bearer token' } })
    const query = `SELECT id, name FROM ${items}`
    await tab.shows(query)
    const steps = [
      `UPDATE ${items} SET name = 'changed' WHERE id < 10; DELETE FROM ${items} WHERE id = 20`,
      `TRUNCATE ${items}; INSERT INTO ${items} VALUES (1, 'the only one')`,
      `INSERT INTO ${items} VALUES (2, 'another'); UPDATE ${items} SET name = 'first' WHERE id = 1`,
    ]
    for (const sql of steps) {
      await fixture.write(sql)
      await tab.shows(query)
    }
    const streams = tab.requests.filter((request) => request.url().includes('live_sse=true'))
    assert.equal(streams.length > 0, liveSse)
    assert.deepEqual(unexpected(tab), [])
  })
}

test('a page of another origin asks for subsets, with a body', async (t) => {
  const items = await fixture.table(100)
  const options = { params: { table: items }, log: 'changes_only', offset: 'now', subsetMethod: 'POST' }
  const tab = await Tab.open(t, { ...options, headers: { authorization: 'Bearer token' } })
  await tab.page.evaluate(() => window.shape.requestSnapshot({ where: 'id < $1', params: { 1: '10' } }))
  await tab.shows(`SELECT id, name FROM ${items} WHERE id < 10`)
  await fixture.write(`UPDATE ${items} SET name = 'changed' WHERE id > 5`)
  await tab.shows(`SELECT id, name FROM ${items} WHERE id < 10`)
  assert.ok(tab.requests.some((request) => request.method() === 'POST'))
  const ask = () => window.stream.fetchSnapshot({ where: 'nonsense' }).catch(({ json }) => json)
  assert.match(JSON.stringify(await tab.page.evaluate(ask)), /nonsense/)
  // The browser says so by itself.
  assert.deepEqual(unexpected(tab).filter((error) => !error.includes('400')), [])
})

test('a page of another origin is told that it lacks the secret', async (t) => {
  const items = await fixture.table(10)
  const server = await Server.start(fixture.database, '--secret', 'of the house')
  t.after(() => server.stop())
  const tab = await Tab.open(t, { url: server.url, params: { table: items } })
  await tab.shows(`SELECT id, name FROM ${items}`)
  assert.deepEqual(await tab.page.evaluate(() => window.refused), [401])
})

test('a page that is loaded again has its rows from the cache, and finds what was changed meanwhile', async (t) => {
  const items = await fixture.table(500)
  const starts = []
  const url = await Proxy.start(t, fixture.server.url, (request, pass) => {
    if (request.url.searchParams.get('offset') === '-1') starts.push(request.url.search)
    return pass()
  })
  const tab = await Tab.open(t, { url, params: { table: items } })
  const query = `SELECT id, name FROM ${items}`
  await tab.shows(query)
  await fixture.write(`UPDATE ${items} SET name = 'changed' WHERE id < 10`)
  await tab.shows(query)
  await tab.reload()
  await tab.shows(query)
  assert.equal(tab.requests.filter((request) => request.url().includes('offset=-1')).length, 2)
  assert.equal(starts.length, 1, starts.join())

  await tab.page.goto('about:blank')
  await fixture.write(`TRUNCATE ${items}; INSERT INTO ${items} VALUES (1, 'the only one')`)
  await tab.page.goto(`http://127.0.0.1:${pages.address().port}/`)
  await tab.start()
  await tab.shows(query)
  await tab.reload()
  await tab.shows(query)
  assert.deepEqual(unexpected(tab), [])
})
