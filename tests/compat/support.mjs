// What the client tests share: programs of the workspace, a fresh database, a server in front of it, a client that
// follows a shape.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { EventEmitter, once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

import { ShapeStream, isChangeMessage, isControlMessage } from '@electric-sql/client'

export const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const TARGET = process.env.CARGO_TARGET_DIR ?? `${ROOT}target`

// Nothing here takes longer, unless it hangs.
const PATIENCE_MS = 60_000

/** For clients that ask again soon, so that tests are quick. */
export const QUICK = { initialDelay: 10, maxDelay: 200, multiplier: 2 }

// Whatever ends a test run ends the programs that it started.
const started = new Set()
process.on('exit', () => started.forEach((child) => child.kill()))
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1))

/** A program of the workspace, as `cargo build` leaves it. */
export class Program {
  constructor(name, args = [], env = {}) {
    this.name = name
    /** The lines that it printed and that `line` has not passed yet; and all of them. */
    this.unread = []
    this.output = []
    this.came = new EventEmitter()
    this.process = spawn(`${TARGET}/debug/${name}`, args, { cwd: ROOT, env: { ...process.env, ...env } })
    started.add(this.process)
    this.ended = new Promise((resolve) => {
      this.process.once('error', resolve)
      this.process.once('close', (code, signal) => resolve(code ?? signal))
    })
    this.ended.then(() => {
      started.delete(this.process)
      this.came.emit('line')
    })
    for (const input of [this.process.stdout, this.process.stderr]) {
      createInterface({ input }).on('line', (line) => {
        this.unread.push(line)
        this.output.push(line)
        this.came.emit('line')
      })
    }
  }

  /** The next line of output that matches, or its first group. */
  async line(pattern) {
    const hasEnded = this.ended.then(() => true)
    for (;;) {
      while (this.unread.length > 0) {
        const found = pattern.exec(this.unread.shift())
        if (found) return found[1] ?? found[0]
      }
      const more = once(this.came, 'line').then(() => false)
      if (await within(`${this.name} to print ${pattern}`, Promise.race([more, hasEnded]))) break
    }
    throw new Error(`${this.name} ended with ${await this.ended} before it printed ${pattern}: ${this.output.join('\n')}`)
  }

  /** Asks it to end; resolves to its exit code. */
  async stop(signal = 'SIGTERM') {
    this.process.kill(signal)
    return within(`${this.name} to stop`, this.ended)
  }
}

/** A database of one's own, on a throw-away server. */
export class Database {
  static async start() {
    const program = new Program('diesel-electric-cluster')
    return new Database(program, await program.line(/^postgres.*/), await program.line(/.+/))
  }

  constructor(program, url, psql) {
    Object.assign(this, { program, url, psql, idle: [] })
  }

  /** Runs statements; resolves to what they print, unaligned. */
  async sql(text) {
    const session = this.idle.pop() ?? this.session()
    const output = await session.run(text)
    this.idle.push(session)
    return output
  }

  /** A connection of one's own, for transactions that are open for a while. */
  session() {
    return new Session(this.psql, this.url)
  }

  /** The rows of a query, every value as text. */
  async rows(query) {
    const json = await this.sql(`SELECT coalesce(json_agg(row), '[]') FROM (${query}) row`)
    return JSON.parse(json)
  }

  async stop() {
    await Promise.all(this.idle.map((session) => session.end()))
    this.program.process.stdin.end()
    await within('the database to stop', this.program.ended)
  }
}

/** A `psql` that runs one text after the other, up to the first with an error. */
class Session {
  constructor(psql, url) {
    const options = ['-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', '-d', url, '-f', '-']
    this.process = spawn(psql, options, { stdio: 'pipe' })
    started.add(this.process)
    this.lines = createInterface({ input: this.process.stdout })
    this.ended = this.#end()
    this.ended.catch(() => {})
    // How it ended tells more.
    this.process.stdin.on('error', () => {})
  }

  async #end() {
    const errors = []
    this.process.stderr.on('data', (data) => errors.push(data))
    const code = await new Promise((resolve) => this.process.once('close', resolve))
    started.delete(this.process)
    assert.equal(code, 0, Buffer.concat(errors).toString())
  }

  /** Resolves to what the statements print. */
  async run(text) {
    const end = `-- ${randomUUID()}`
    const output = []
    const done = new Promise((resolve) => {
      const take = (line) => {
        if (line !== end) return output.push(line)
        this.lines.off('line', take)
        resolve()
      }
      this.lines.on('line', take)
    })
    this.process.stdin.write(`${text}\n;\n\\echo '${end}'\n`)
    await within(`psql to run ${text}`, Promise.race([done, this.ended]))
    return output.join('\n')
  }

  async end() {
    this.process.stdin.end()
    await within('psql to end', this.ended)
  }
}

/** The stand-alone server in front of a database. */
export class Server {
  static async start(database, ...options) {
    const listen = options.includes('--listen') ? [] : ['--listen', '127.0.0.1:0']
    const args = ['serve', '--database-url', database.url, ...listen, ...options]
    const program = new Program('diesel-electric', args, { RUST_LOG: 'info' })
    const address = await program.line(/127\.0\.0\.1:\d+/)
    return new Server(program, `http://${address}/v1/shape`)
  }

  constructor(program, url) {
    Object.assign(this, { program, url })
  }

  async stop() {
    assert.equal(await this.program.stop(), 0, this.program.output.join('\n'))
  }
}

/** A client that follows one shape, and keeps what it was told. */
export class Follower {
  constructor(url, options) {
    this.rows = new Map()
    /** Changes and controls since the start, in order. */
    this.changes = []
    this.controls = []
    /** How many changes came once more. */
    this.repeats = 0
    /** Status, URL and encoding of each answer. */
    this.answers = []
    this.waiting = new Set()
    this.abort = new AbortController()
    this.stream = new ShapeStream({
      url,
      signal: this.abort.signal,
      fetchClient: (input, init) => this.#fetch(input, init),
      warnOnHttp: false,
      onError: (error) => this.#fail(error),
      ...options,
    })
    // Over server-sent events the client names less than it has seen when it comes back.
    this.mayRepeat = Boolean(options.liveSse)
    this.stream.subscribe((messages) => this.#take(messages))
  }

  async #fetch(input, init) {
    const response = await fetch(input, init)
    const encoding = response.headers.get('content-encoding')
    this.answers.push({ status: response.status, url: new URL(input), encoding })
    this.#look()
    return response
  }

  #take(messages) {
    for (const message of messages) {
      if (isChangeMessage(message)) this.#apply(message)
      else if (isControlMessage(message)) this.#control(message.headers.control)
    }
    this.#look()
  }

  #apply(message) {
    const { key, value, headers } = message
    if (headers.lsn) {
      const position = [BigInt(headers.lsn), headers.op_position]
      if (this.last && !isAfter(position, this.last)) {
        assert.ok(this.mayRepeat, `${position} came after ${this.last}`)
        this.repeats++
        return
      }
      this.last = position
    }
    this.changes.push(message)
    if (headers.operation === 'insert') {
      assert.ok(!this.rows.has(key), `${key} was inserted twice`)
      this.rows.set(key, value)
    } else {
      // A client that resumed has no rows of before.
      const known = this.rows.get(key)
      if (headers.operation === 'delete') this.rows.delete(key)
      else this.rows.set(key, { ...known, ...value })
    }
  }

  #control(control) {
    this.controls.push(control)
    if (control === 'must-refetch') {
      this.rows.clear()
      this.last = undefined
    }
  }

  #look() {
    for (const waiter of this.waiting) {
      if (waiter.claim(this)) waiter.resolve()
    }
  }

  #fail(error) {
    for (const waiter of this.waiting) waiter.reject(error)
  }

  /** Resolves once a claim about what was received holds. */
  async until(what, claim) {
    if (claim(this)) return
    const waiter = { claim }
    const held = new Promise((resolve, reject) => Object.assign(waiter, { resolve, reject }))
    this.waiting.add(waiter)
    try {
      await within(`the client to see ${what}`, held)
    } catch (error) {
      error.message += `; it has ${this.rows.size} rows, and last saw ${last(this.changes)}, ${this.controls.at(-1)}`
      throw error
    } finally {
      this.waiting.delete(waiter)
    }
  }

  /** Resolves once the first rows are here. */
  upToDate() {
    return this.until('the end of the first rows', ({ controls }) => controls.at(-1) === 'up-to-date')
  }

  /** The operations of the changes since one of them, as `insert 7`. */
  operations(since = 0) {
    return this.changes.slice(since).map(({ value, headers }) => `${headers.operation} ${value.id}`)
  }

  stop() {
    this.abort.abort()
  }
}

const isAfter = ([lsn, position], [otherLsn, other]) => lsn > otherLsn || (lsn === otherLsn && position > other)

function last(changes) {
  return JSON.stringify(changes.at(-1), (_, value) => (typeof value === 'bigint' ? String(value) : value))
}

/**
 * What the clients warn of from now on, until the test ends. That a 409 names no handle is no news.
 */
export function warnings(t) {
  const warn = t.mock.method(console, 'warn', () => {})
  return () => {
    const said = warn.mock.calls.map(({ arguments: [text] }) => text)
    return said.filter((text) => !text.includes('409 response without a shape handle'))
  }
}

/** A promise, with an end to waiting for it. */
export async function within(what, promise) {
  let timer
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`waited ${PATIENCE_MS / 1000} s for ${what}`)), PATIENCE_MS)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}
