/** Talks to the server: JSON, versions, and decisions that survive a lost connection or a crashed browser. */

/** How long the whole answer may take: opening the longest session takes seconds, and a request that hangs holds up all behind it. */
const ANSWER_MS = 60_000, AGAIN_MS = 3_000;
/** What a proxy answers while the server behind it is away, or takes too long. */
const OF_A_PROXY = [502, 503, 504];

const NO_ANSWER = "the server does not answer", NO_LOGIN = "your login is over, log in again in another tab of this browser";
const OTHER_LOGIN = "somebody else has logged in in this browser since you opened this page; log in as yourself in another tab, or reload the page to work as them";

/** What waits is of one person: somebody else who logs in here does not send it as their own. @param {(waiting: number, problem: string) => void} onWaiting */
export function connect(session, actor, onWaiting) {
  const base = `/sessions/${encodeURIComponent(session)}`;
  const store = `offrecord ${session} ${actor}`;
  /** A version of null is what the decision before it on the same path brings. @type {{path: string, version: number | null, body: object, isSent?: boolean}[]} */
  let waiting = JSON.parse(localStorage.getItem(store) || "[]");
  let sending = false;
  let refused = 0;
  /** @type {(() => void)[]} */
  const whenSent = [];

  let turn = Promise.resolve();

  /** One request at a time: what the page is told last is what the server did last. */
  function send(...request) {
    turn = turn.then(() => exchange(...request));
    return turn;
  }

  /** An answer of the server as {status, data}; the status is 0 where it cannot be reached, or does not answer in time. */
  async function exchange(method, path, body, version) {
    const headers = { accept: "application/json", "offrecord-actor": encodeURIComponent(actor) };
    if (body !== undefined) headers["content-type"] = "application/json";
    if (version !== undefined) headers["if-match"] = `"${version}"`;
    const late = new AbortController(), timer = setTimeout(() => late.abort(), ANSWER_MS);
    const options = { method, headers, body: body === undefined ? undefined : JSON.stringify(body), signal: late.signal };
    try {
      const answer = await fetch(base + path, options);
      if (OF_A_PROXY.includes(answer.status)) return unanswered(method);
      if (answer.status === 401) return { status: 0, data: { error: answer.headers.has("offrecord-other-person") ? OTHER_LOGIN : NO_LOGIN } };
      return { status: answer.status, data: await answer.json() };
    } catch (error) {
      if (late.signal.aborted) return unanswered(method);
      if (error instanceof SyntaxError) return { status: 0, data: { error: "the server answered something else than expected" } };
      return { status: 0, data: { error: "the server cannot be reached" } };
    } finally {
      clearTimeout(timer);
    }
  }

  /** Whether the server has done what it was asked nobody knows here, and the line says so. */
  function unanswered(method) {
    const what = method === "GET" ? "reload the page" : "it may have done this all the same: reload the page, and look";
    return { status: 0, data: { error: `${NO_ANSWER}; ${what}` } };
  }

  function keep() {
    if (waiting.length) localStorage.setItem(store, JSON.stringify(waiting));
    else localStorage.removeItem(store);
  }

  /** Puts a decision behind what waits. Another on the same path is replaced while it was never sent: what was, the server may have done. */
  function add(path, body, version) {
    const before = waiting.findLast((entry) => entry.path === path);
    if (before && !before.isSent) before.body = body;
    else waiting.push({ path, body, version: before ? null : version });
    keep();
  }

  /** Takes out what was answered. What was decided after it builds on it; where that was refused, it is shown and decided anew. */
  function answered(first, answer) {
    waiting.shift();
    const next = waiting.find((entry) => entry.path === first.path);
    if (next && answer.status === 200) next.version = answer.data.version;
    else waiting = waiting.filter((entry) => entry !== next);
    keep();
    onWaiting(waiting.length, "");
  }

  /** Sends what waits, in order; the same again is kept once by the server, so a crash between loses nothing. */
  async function flush(onAnswer) {
    if (sending) return;
    sending = true;
    try {
      while (waiting.length) {
        const first = waiting[0];
        first.isSent = true;
        keep();
        const answer = await send("POST", first.path, first.body, first.version);
        if (answer.status === 0) {
          setTimeout(() => flush(onAnswer), AGAIN_MS);
          onWaiting(waiting.length, [NO_LOGIN, OTHER_LOGIN].includes(answer.data.error) ? answer.data.error : NO_ANSWER);
          break;
        }
        answered(first, answer);
        if (answer.status !== 200) refused += 1;
        onAnswer(first, answer);
      }
    } finally { // also where the page failed at an answer: what is decided next is sent all the same
      sending = false;
    }
    if (!waiting.length) whenSent.splice(0).forEach((resolve) => resolve());
  }

  return {
    base,
    get: (path) => send("GET", path),
    post: (path, body, version) => send("POST", path, body ?? {}, version),
    /** Puts a decision in the queue: stored before it is sent. */
    queue(path, body, version, onAnswer) {
      add(path, body, version);
      return flush(onAnswer);
    },
    resume: (onAnswer) => flush(onAnswer),
    /** Whether a decision on this path has no answer yet. */
    waitsFor: (path) => waiting.some((entry) => entry.path === path),
    get waiting() { return waiting.length; },
    /** Resolves when every decision has its answer, with whether all were accepted; while the server can't be reached, not at all. */
    async sent() {
      const before = refused;
      if (waiting.length) await new Promise((resolve) => whenSent.push(resolve));
      return refused === before;
    },
  };
}
