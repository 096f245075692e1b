// The demo as a visitor sees it: in a browser, with the line that it tells to paste.

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { after, before, test } from 'node:test'

import { launch } from './chromium.mjs'
import { Database, Program } from './support.mjs'

const TEST_DATABASE_URL = process.env.DIESEL_ELECTRIC_TEST_DATABASE_URL

/** The demo, and the line that it prints to be pasted. */
class Demo {
  static async start(env) {
    const program = new Program('diesel-electric-demo', [], { DEMO_PORT: '0', DEMO_DATABASE_URL: '', ...env })
    const url = await program.line(/http:\/\/127\.0\.0\.1:\d+/)
    return new Demo(program, env, url, await program.line(/\S*psql.* -c ".*"/))
  }

  constructor(program, env, url, line) {
    Object.assign(this, { program, env, url, line })
    this.psql = line.slice(0, line.indexOf(' -c '))
  }

  #shell(command, input) {
    const options = { input, encoding: 'utf8', env: { ...process.env, ...this.env } }
    const { status, stdout, stderr } = spawnSync('sh', ['-c', command], options)
    assert.equal(status, 0, `${command}: ${stderr}`)
    return stdout.trimEnd()
  }

  paste() {
    return this.#shell(this.line)
  }

  sql(text) {
    return this.#shell(`${this.psql} -X -q -A -t -v ON_ERROR_STOP=1 -f -`, text)
  }
}

/** A database that is not the demo's own, and demos of it. */
async function lent(t) {
  const database = await Database.start()
  const demos = []
  const start = async (env) => {
    const demo = await Demo.start({ DEMO_DATABASE_URL: database.url, ...env })
    demos.push(demo)
    return demo
  }
  t.after(async () => {
    await Promise.all(demos.map((demo) => demo.program.stop()))
    await database.stop()
  })
  return { database, start }
}

/** A tab of its own browser profile, with what its console said. */
class Tab {
  static async open(browser, url, script = () => {}) {
    const context = await browser.newContext()
    await context.addInitScript(script)
    const page = await context.newPage()
    const tab = new Tab(context, page)
    await page.goto(url)
    await page.locator('#state[data-state=live]').waitFor()
    return tab
  }

  constructor(context, page) {
    Object.assign(this, { context, page, errors: [] })
    page.on('pageerror', (error) => this.errors.push(String(error)))
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) this.errors.push(message.text())
    })
  }

  row(list, title) {
    return this.page.locator(`#${list} li:not(.leaving)`, { hasText: title })
  }

  /** Waits until the lists named have a row of this title, and the others have none. */
  async shows(title, ...lists) {
    for (const list of ['all', 'open', 'mine']) {
      await this.row(list, title).waitFor({ state: lists.includes(list) ? 'visible' : 'detached' })
    }
  }

  async counts(expected) {
    const are = (expected) =>
      ['all', 'open', 'mine'].every((id, n) => document.querySelector(`#${id} header b`).textContent === expected[n])
    await this.page.waitForFunction(are, expected.map(String))
  }
}

let browser, database, demo

before(async () => {
  browser = await launch()
  // Without a server that was given, the demo brings its own.
  if (TEST_DATABASE_URL) database = await Database.start()
  demo = await Demo.start(database ? { DEMO_DATABASE_URL: database.url } : {})
})

after(async () => {
  await browser?.close()
  await demo?.program.stop()
  await database?.stop()
})

test('rows come, change and go in the page as they do in Postgres', async (t) => {
  const tab = await Tab.open(browser, demo.url)
  t.after(() => tab.context.close())
  const count = (condition) => demo.sql(`SELECT count(*) FROM todos WHERE ${condition}`)
  await tab.counts([count('true'), count('NOT done'), count('owner_id = 1')])

  const title = 'Put the plum tarts in the window'
  assert.match(demo.paste(), /INSERT 0 1/)
  await tab.shows(title, 'all', 'open')
  await tab.page.selectOption('#owner', { label: 'Shop' })
  await tab.shows(title, 'all', 'open', 'mine')
  await tab.counts([count('true'), count('NOT done'), count('owner_id = 2')])

  demo.sql(`UPDATE todos SET title = 'Sell the plum tarts' WHERE title = '${title}'`)
  await tab.shows('Sell the plum tarts', 'all', 'open', 'mine')
  await tab.shows(title)

  demo.sql(`UPDATE todos SET done = true WHERE title = 'Sell the plum tarts'`)
  await tab.shows('Sell the plum tarts', 'all', 'mine')
  demo.sql(`UPDATE todos SET owner_id = 3 WHERE title = 'Sell the plum tarts'`)
  await tab.shows('Sell the plum tarts', 'all')
  demo.sql(`DELETE FROM todos WHERE title = 'Sell the plum tarts'`)
  await tab.shows('Sell the plum tarts')
  assert.deepEqual(tab.errors, [])
})

test('what is written in one tab comes to the other', async (t) => {
  const [one, other] = [await Tab.open(browser, demo.url), await Tab.open(browser, demo.url)]
  t.after(() => Promise.all([one.context.close(), other.context.close()]))
  const title = `Label the jars, "big" & <b>small</b>`
  await one.page.fill('#add input', title)
  await one.page.selectOption('#add select', { label: 'Bakehouse' })
  await one.page.click('#add button')
  for (const tab of [one, other]) await tab.shows(title, 'all', 'open', 'mine')
  await one.page.locator('#wire li', { hasText: /back in \d+ ms/ }).first().waitFor()
  assert.equal(await one.page.inputValue('#add input'), '')

  await other.row('all', title).getByRole('checkbox').click()
  for (const tab of [one, other]) await tab.shows(title, 'all', 'mine')
  assert.equal(demo.sql(`SELECT done, owner_id FROM todos WHERE title LIKE 'Label%'`), 't|1')

  await one.row('mine', title).getByRole('button', { name: 'Delete' }).click()
  for (const tab of [one, other]) await tab.shows(title)
  assert.equal(demo.sql(`SELECT count(*) FROM todos WHERE title LIKE 'Label%'`), '0')
  assert.deepEqual([one.errors, other.errors], [[], []])
})

test('what comes late for one owner is not shown as the rows of another', async (t) => {
  const tab = await Tab.open(browser, demo.url, () => {
    const text = Response.prototype.text
    Response.prototype.text = async function () {
      const body = await text.call(this)
      if (this.url.includes('owner=1')) await new Promise((resolve) => (window.release = resolve))
      return body
    }
  })
  t.after(() => tab.context.close())
  await tab.page.waitForFunction(() => window.release)
  await tab.page.selectOption('#owner', { label: 'Deliveries' })
  await tab.page.evaluate(() => window.release())
  demo.sql(`INSERT INTO todos (owner_id, title) VALUES (3, 'Drive'), (1, 'Bake')`)
  await tab.shows('Drive', 'all', 'open', 'mine')
  const shown = await tab.page.locator('#mine li span').allTextContents()
  const expected = demo.sql('SELECT title FROM todos WHERE owner_id = 3').split('\n')
  assert.deepEqual(shown.sort(), expected.sort())
  assert.deepEqual(tab.errors, [])
})

test('a tab finds back to a demo that was started again', async (t) => {
  const { database, start } = await lent(t)
  const first = await start()
  const tab = await Tab.open(browser, first.url)
  t.after(() => tab.context.close())
  assert.equal(await first.program.stop(), 0)
  await tab.page.locator('#state[data-state=reconnecting]').waitFor()
  await database.sql(`INSERT INTO todos (owner_id, title) VALUES (1, 'Written meanwhile')`)
  const second = await start({ DEMO_PORT: new URL(first.url).port })
  assert.equal(second.url, first.url)
  await tab.shows('Written meanwhile', 'all', 'open', 'mine')
  await tab.page.locator('#state[data-state=live]').waitFor()
  // The browser reports what it could not load: while the demo stops, is away, and has new shapes.
  const unexpected = tab.errors.filter((error) => !/ERR_CONNECTION_REFUSED|409|503/.test(error))
  assert.deepEqual(unexpected, [])
})

test('TRUNCATE empties the page, and it goes on', async (t) => {
  const tab = await Tab.open(browser, demo.url)
  t.after(() => tab.context.close())
  demo.sql('TRUNCATE todos')
  await tab.counts([0, 0, 0])
  demo.sql(`INSERT INTO todos (owner_id, title) VALUES (1, 'A fresh start')`)
  await tab.shows('A fresh start', 'all', 'open', 'mine')
  // The browser itself reports the 409s, and the client that they name no handle.
  const unexpected = tab.errors.filter((error) => !error.includes('409'))
  assert.deepEqual(unexpected, [])
})

test('Ctrl-C leaves nothing behind', { skip: TEST_DATABASE_URL && 'the server is not its own' }, async () => {
  const demo = await Demo.start({})
  const folder = demo.sql('SHOW data_directory')
  assert.ok(existsSync(folder))
  assert.equal(await demo.program.stop('SIGINT'), 0)
  assert.ok(!existsSync(folder))
  assert.throws(() => demo.sql('SELECT 1'), /refused/)
})

test('of a database that is not its own it keeps the rows, and removes its slot and publication', async (t) => {
  const { database, start } = await lent(t)
  const made = `SELECT count(*) FROM pg_publication
    UNION ALL SELECT count(*) FROM pg_replication_slots WHERE database = current_database()
    UNION ALL SELECT count(*) FROM todos`
  for (const signal of ['SIGINT', 'SIGTERM']) {
    const demo = await start()
    assert.ok(!demo.line.includes('127.0.0.1'), 'no URL is printed')
    assert.equal(demo.sql(made), '1\n1\n12')
    assert.equal(await demo.program.stop(signal), 0)
    assert.equal(await database.sql(made), '0\n0\n12', signal)
  }
})
