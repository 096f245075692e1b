// What may stand between a client and the server: it passes requests on, unless the test answers them itself.

import { once } from 'node:events'
import { createServer } from 'node:http'
import { Readable } from 'node:stream'

// What belongs to one connection, and what `fetch` has undone already.
const NOT_PASSED_ON = ['connection', 'keep-alive', 'transfer-encoding', 'content-encoding', 'content-length']

export class Proxy {
  /**
   * In front of the server at a URL. `answer` is given each request and what passes it on, and returns a `Response`.
   */
  static async start(t, target, answer = (_, pass) => pass()) {
    const server = createServer((request, response) => handle(target, answer, request, response))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    t.after(() => {
      server.close()
      server.closeAllConnections()
    })
    return `http://127.0.0.1:${server.address().port}${new URL(target).pathname}`
  }
}

async function handle(target, answer, incoming, outgoing) {
  const gone = new AbortController()
  outgoing.once('close', () => gone.abort())
  const { method, headers } = incoming
  const url = new URL(incoming.url, target)
  const body = ['GET', 'HEAD'].includes(method) ? undefined : await new Response(Readable.toWeb(incoming)).text()
  const pass = () => {
    const { connection, host, ...rest } = headers
    return fetch(url, { method, headers: rest, body, signal: gone.signal })
  }
  try {
    const response = await answer({ url, method, headers }, pass)
    const kept = [...response.headers].filter(([name]) => !NOT_PASSED_ON.includes(name))
    outgoing.writeHead(response.status, Object.fromEntries(kept))
    outgoing.flushHeaders()
    for await (const part of response.body ?? []) outgoing.write(part)
    outgoing.end()
  } catch {
    // Who gets no answer, or half of one, must see that.
    outgoing.destroy()
  }
}
