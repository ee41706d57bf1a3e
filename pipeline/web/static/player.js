/** Plays a session piece by piece, so that the first sound of a long one comes as quickly as of a short one. */

const PIECE_S = 30;

/** @param {string} base @param {number} duration */
export function makePlayer(base, duration, onTime, onState, onMissing) {
  const audio = new Audio();
  let from = 0, to = 0, stopAt = Infinity, loop = null, redacted = false, at = 0;

  function load(start, end, play) {
    from = Math.max(0, start);
    to = Math.min(duration, end);
    audio.src = `${base}/audio?from=${from.toFixed(3)}&to=${to.toFixed(3)}${redacted ? "&redacted=1" : ""}`;
    const rate = audio.defaultPlaybackRate;
    audio.playbackRate = rate;
    if (play) audio.play().catch(() => onState(false));
  }

  function piece(seconds, play) {
    const start = Math.min(Math.floor(seconds / PIECE_S) * PIECE_S, Math.max(0, duration - 0.1));
    load(start, start + PIECE_S, play);
    const offset = seconds - from;
    if (offset > 0) audio.addEventListener("loadedmetadata", () => { audio.currentTime = offset; }, { once: true });
  }

  audio.addEventListener("timeupdate", () => {
    at = from + audio.currentTime;
    if (at >= stopAt) { if (loop) clip(...loop, true); else audio.pause(); }
    onTime(at);
  });
  audio.addEventListener("ended", () => {
    if (loop) clip(...loop, true);
    else if (stopAt === Infinity && to < duration - 0.05) piece(to, true);
    else onState(false);
  });
  // What follows the sound waits with it while a piece is on its way.
  for (const event of ["playing", "waiting"]) audio.addEventListener(event, () => onTime(at));
  audio.addEventListener("play", () => onState(true));
  audio.addEventListener("pause", () => onState(false));
  // Silence that nobody explains would look like a redaction.
  audio.addEventListener("error", () => { if (audio.getAttribute("src")) onMissing(); });

  /** Plays a span with a second and a half before it and one after. */
  function clip(start, end, again = false) {
    if (!again) loop = null;
    stopAt = Math.min(duration, end + 1);
    load(start - 1.5, Math.min(end + 1, start + 110), true);
  }

  return {
    get at() { return at; },
    /** Whether something is heard right now, and not only on its way. */
    get sounds() { return !audio.paused && audio.readyState >= 3; },
    clip,
    toggle() {
      if (!audio.paused) { audio.pause(); return; }
      if (stopAt !== Infinity || !audio.src) { stopAt = Infinity; loop = null; piece(at, true); } else audio.play().catch(() => onState(false));
    },
    seek(seconds) {
      at = Math.min(Math.max(0, seconds), duration);
      stopAt = Infinity; loop = null;
      const playing = !audio.paused;
      if (audio.src && at >= from && at < to && Math.floor(from / PIECE_S) * PIECE_S === from) audio.currentTime = at - from;
      else if (playing) piece(at, true);
      else audio.removeAttribute("src");
      onTime(at);
    },
    rate(value) { audio.defaultPlaybackRate = value; audio.playbackRate = value; },
    setRedacted(value) {
      redacted = value;
      if (audio.src) { const playing = !audio.paused; audio.pause(); if (playing) piece(at, true); else audio.removeAttribute("src"); }
    },
    loop(start, end) { loop = [start, end]; clip(start, end, true); },
    stop() { loop = null; audio.pause(); },
  };
}
