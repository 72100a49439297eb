// How the page speaks with its server: requests that may be tried again, and the stream of news.

/** A request that failed; network is true where the server was not reached. */
export class Failure extends Error {
  constructor(message, network = false) {
    super(message);
    this.network = network;
  }
}

const pause = (ms) => new Promise((done) => { setTimeout(done, ms); });

async function answerOf(response) {
  let data = null;
  try {
    data = await response.json();
  } catch {
    // What is not JSON is reported by its status below.
  }
  if (!response.ok) throw new Failure(data?.error || `The server answered ${response.status}.`);
  return data;
}

/** Gets JSON. */
export async function get(path, params) {
  let response;
  try {
    response = await fetch(`${path}?${new URLSearchParams(params)}`);
  } catch {
    throw new Failure('The server cannot be reached.', true);
  }
  return answerOf(response);
}

/**
 * Posts JSON, or a FormData as it is. Where the network fails it tries again with the same body; the
 * id in it lets the server act once.
 */
export async function post(path, body) {
  const init = { method: 'POST' };
  if (body instanceof FormData) init.body = body;
  else {
    init.headers = { 'Content-Type': 'application/json' };
    init.body = JSON.stringify(body);
  }
  for (const wait of [300, 900, 0]) {
    try {
      return await answerOf(await fetch(path, init));
    } catch (e) {
      if (e instanceof Failure) throw e;
      if (!wait) throw new Failure('The server cannot be reached. Is it running?', true);
      await pause(wait);
    }
  }
  throw new Failure('The server cannot be reached.', true);
}

/**
 * Follows the news of one person. A page that is out of sight for a while asks now and then instead
 * of holding a connection, since a browser keeps only six to a server.
 */
export class Stream {
  constructor(user, cursor, handlers) {
    Object.assign(this, { user, cursor, handlers, calm: false, timer: 0 });
    this.seen = () => {
      clearTimeout(this.timer);
      if (document.hidden) this.timer = setTimeout(() => this.open(true), 30000);
      else if (this.calm) this.open(false);
    };
    document.addEventListener('visibilitychange', this.seen);
    this.open(false);
  }

  open(calm) {
    this.source?.close();
    this.calm = calm;
    const params = new URLSearchParams({ user: this.user, after: this.cursor });
    if (calm) params.set('calm', '1');
    const source = new EventSource(`/api/stream?${params}`);
    this.source = source;
    for (const kind of ['message', 'removed', 'unread', 'clock', 'resync']) {
      source.addEventListener(kind, (e) => {
        this.cursor = e.lastEventId || this.cursor;
        this.handlers[kind](JSON.parse(e.data));
      });
    }
    source.onopen = () => this.handlers.connected(true);
    source.onerror = () => {
      if (!this.calm) this.handlers.connected(false);
      if (source.readyState === EventSource.CLOSED && source === this.source) {
        clearTimeout(this.timer);
        this.timer = setTimeout(() => this.open(this.calm), 2000);
      }
    };
  }

  close() {
    clearTimeout(this.timer);
    document.removeEventListener('visibilitychange', this.seen);
    this.source?.close();
  }
}
