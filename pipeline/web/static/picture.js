/** The picture beside the transcript: two players that take turns with short pieces, on the clock of the sound, under its covers. */

const PIECE_S = 10, AHEAD_S = 5, OFF_S = 0.35;
/** A picture on the screen may be this much off the clock: a cover begins so much earlier and ends so much later. */
const MARGIN_S = 0.25;

/**
 * @param {{base: string, get: Function}} api @param {number} duration
 * @param {(id: string) => {kept: boolean, active: boolean}} stateOf what is decided about a proposal
 * @param {{toggle: () => void, rate: () => number}} player the sound, whose clock the picture is on
 */
export function makePicture(api, duration, stateOf, player) {
  const box = document.getElementById("picture"), screen = document.getElementById("screen");
  const layer = document.getElementById("covers"), line = document.getElementById("picture-line");
  const makeSlot = (video) => ({ video, from: -1, failed: false });
  let [front, back] = [...screen.querySelectorAll("video")].map(makeSlot);
  let covers = null, at = 0, playing = false, drawn = "", drawing = false;

  function pieceOf(seconds) {
    const last = Math.max(0, Math.ceil(duration / PIECE_S) - 1);
    return Math.min(Math.max(0, Math.floor(seconds / PIECE_S)), last) * PIECE_S;
  }

  function load(slot, from) {
    if (slot.from === from) return;
    Object.assign(slot, { from, failed: false });
    slot.video.src = `${api.base}/picture?from=${from}&to=${Math.min(from + PIECE_S, duration)}`;
  }

  function unload(slot) {
    slot.from = -1;
    slot.video.removeAttribute("src");
    slot.video.load();
  }

  /** Puts the piece that the clock is in to the front, and the next one ready behind it. */
  function follow() {
    const from = pieceOf(at);
    if (front.from !== from) {
      if (back.from === from) {
        [front, back] = [back, front];
        back.video.pause();
        back.video.hidden = true;
        front.video.hidden = false;
      } else load(front, from);
    }
    const { video } = front;
    if (Math.abs(video.currentTime - (at - from)) > (playing ? OFF_S : 0.02)) video.currentTime = Math.max(0, at - from);
    if (playing) { video.playbackRate = player.rate(); if (video.paused) video.play().catch(() => {}); } else video.pause();
    if (playing && at > from + PIECE_S - AHEAD_S && from + PIECE_S < duration) load(back, from + PIECE_S);
  }

  /** What is on the screen: by the picture's own clock where it has one, which may be behind the sound's. */
  function shownAt() { return front.video.readyState >= 2 ? [Math.min(front.from + front.video.currentTime, at), Math.max(front.from + front.video.currentTime, at)] : [at, at]; }

  function draw() {
    if (!covers) return;
    const [first, last] = shownAt();
    const now = covers.filter((cover) => cover.start_s < last + MARGIN_S && cover.end_s > first - MARGIN_S)
      .map((cover) => ({ ...cover, ...(cover.proposal_id ? stateOf(cover.proposal_id) : { kept: false, active: false }) }));
    const key = JSON.stringify(now);
    if (key === drawn) return;
    drawn = key;
    layer.replaceChildren(...now.map((cover) => {
      const part = document.createElement("div"), [left, top, right, bottom] = cover.box;
      part.className = `cover${cover.kept ? " kept" : ""}${cover.active ? " active" : ""}`;
      part.dataset.proposal = cover.proposal_id;
      Object.assign(part.style, { left: `${left * 100}%`, top: `${top * 100}%`, width: `${(right - left) * 100}%`, height: `${(bottom - top) * 100}%` });
      return part;
    }));
    const hiding = now.filter((cover) => !cover.kept).length, kept = now.length - hiding;
    line.textContent = front.failed ? "This part of the picture cannot be shown." : `${hiding} covered, ${kept} kept at this moment. Where consent lets nobody look it is black. The ledger records what you see.`;
  }

  function frame() {
    drawing = !box.hidden;
    if (!drawing) return;
    draw();
    requestAnimationFrame(frame);
  }

  for (const slot of [front, back]) {
    slot.video.addEventListener("loadedmetadata", () => { if (slot === front) follow(); });
    slot.video.addEventListener("error", () => { if (slot.from >= 0) { slot.failed = true; drawn = ""; } });
  }
  screen.addEventListener("click", () => player.toggle());

  /** Covers come before the first picture: without them nothing is shown. */
  async function show() {
    const answer = await api.get("/covers");
    if (box.hidden) return;
    if (answer.status !== 200) { line.textContent = `The picture cannot be shown: ${answer.data.error}`; return; }
    covers = answer.data.covers;
    drawn = "";
    follow();
    if (!drawing) frame();
  }

  function hide() {
    covers = null;
    layer.replaceChildren();
    [front, back].forEach(unload);
  }

  return {
    get shown() { return !box.hidden; },
    toggle() {
      box.hidden = !box.hidden;
      if (box.hidden) hide(); else show();
    },
    /** Asks for the covers again, which an edit may have changed. */
    refresh() { if (!box.hidden) show(); },
    at(seconds, isPlaying) {
      at = seconds;
      playing = isPlaying;
      if (covers) follow();
    },
  };
}
