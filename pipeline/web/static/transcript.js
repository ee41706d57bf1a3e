/** The transcript: turns that become words when they come into view, a word cursor, and a selection of words. */

const NONE = [];

/** Scrolls a box so far that an item is in it, and the page not at all. */
export function intoView(box, item) {
  const outer = box.getBoundingClientRect(), inner = item.getBoundingClientRect();
  if (inner.top < outer.top) box.scrollTop -= outer.top - inner.top;
  else if (inner.bottom > outer.bottom) box.scrollTop += inner.bottom - outer.bottom;
}

/** @param {HTMLElement} box */
export function makeTranscript(box, onWord) {
  let turns = [], words = [], decisions = () => "undecided", cursor = -1, anchor = -1, now = -1;
  const shown = new Map();
  const watcher = new IntersectionObserver((entries) => {
    for (const entry of entries) if (entry.isIntersecting) fill(Number(entry.target.dataset.turn));
  }, { root: box, rootMargin: "600px" });

  function wordsOf(turn) { return words.slice(turn.first, turn.first + turn.texts.length); }

  function fill(number) {
    if (shown.has(number)) return;
    const element = box.children[number];
    const spans = wordsOf(turns[number]).map((word) => {
      const span = document.createElement("span");
      span.className = "w";
      span.dataset.i = word.index;
      span.textContent = word.text;
      paint(span, word);
      return span;
    });
    const holder = document.createElement("span");
    spans.forEach((span) => holder.append(span, " "));
    element.lastChild.replaceWith(holder);
    shown.set(number, spans);
  }

  function paint(span, word) {
    const open = word.proposals.filter((id) => decisions(id) !== "keep");
    if (word.proposals.length) span.dataset.p = word.proposals.join(" "); else delete span.dataset.p;
    span.classList.toggle("kept", word.proposals.length > 0 && open.length === 0);
    span.classList.toggle("unsure", word.uncertain);
    if (word.uncertain) span.title = "heard uncertainly";
  }

  function turnOf(index) {
    let low = 0, high = turns.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (turns[middle].first <= index) low = middle; else high = middle - 1;
    }
    return low;
  }

  function spanOf(index) {
    if (index < 0 || index >= words.length) return null;
    const number = turnOf(index);
    fill(number);
    return shown.get(number).find((span) => Number(span.dataset.i) === index) ?? null;
  }

  function range() {
    const first = Math.min(anchor, cursor), last = Math.max(anchor, cursor);
    return cursor < 0 ? [] : words.slice(first, last + 1).filter((word) => word && word.track === words[cursor].track);
  }

  function draw() {
    box.querySelectorAll(".chosen, .here").forEach((span) => span.classList.remove("chosen", "here"));
    if (anchor !== cursor) range().forEach((word) => spanOf(word.index)?.classList.add("chosen"));
    const here = spanOf(cursor);
    here?.classList.add("here");
    if (here) intoView(box, here);
  }

  box.addEventListener("click", (event) => {
    const span = event.target.closest?.(".w");
    if (!span) return;
    const index = Number(span.dataset.i);
    if (!event.shiftKey) anchor = index;
    cursor = index;
    draw();
    onWord(words[index], span.dataset.p?.split(" ")[0], event.shiftKey);
  });

  box.addEventListener("mousedown", (event) => {
    const span = event.target.closest?.(".w");
    if (!span || event.shiftKey || event.button) return;
    event.preventDefault();
    box.focus({ preventScroll: true });
    anchor = cursor = Number(span.dataset.i);
    draw();
  });
  box.addEventListener("mouseover", (event) => {
    const span = event.target.closest?.(".w");
    if (!span || !(event.buttons & 1) || words[Number(span.dataset.i)].track !== words[anchor]?.track) return;
    cursor = Number(span.dataset.i);
    draw();
  });

  return {
    load(data, people, decisionOf) {
      decisions = decisionOf;
      turns = data;
      words = [];
      shown.clear();
      watcher.disconnect();
      const elements = turns.map((turn, number) => {
        turn.texts.forEach((text, offset) => {
          words.push({
            index: turn.first + offset, track: turn.track_id, speaker: turn.speaker, start_s: turn.starts[offset], end_s: turn.ends[offset], text,
            proposals: turn.proposals[offset] ?? NONE, uncertain: false,
          });
        });
        turn.uncertain.forEach((offset) => { words[turn.first + offset].uncertain = true; });
        const element = document.createElement("p");
        element.className = "turn";
        element.dataset.turn = number;
        const speaker = document.createElement("b");
        speaker.textContent = `${people[turn.speaker] ?? "unknown speaker"}${turn.assigned ? ", as a reviewer said" : ""}`;
        element.append(speaker, turn.texts.join(" "));
        return element;
      });
      box.replaceChildren(...elements);
      elements.forEach((element) => watcher.observe(element));
    },
    repaint() { shown.forEach((spans) => spans.forEach((span) => paint(span, words[Number(span.dataset.i)]))); },
    /** Gives words other texts, and gives back those that they had. */
    reveal(texts) {
      const before = {};
      for (const [index, text] of Object.entries(texts)) {
        before[index] = words[index].text;
        words[index].text = text;
        const span = spanOf(Number(index));
        if (span) span.textContent = text;
      }
      return before;
    },
    move(step, extend) {
      let next = cursor < 0 ? 0 : cursor + step;
      while (extend && words[next] && words[next].track !== words[cursor].track) next += step;
      if (!words[next]) return;
      cursor = next;
      if (!extend) anchor = next;
      draw();
    },
    /** Selects the words from one place to another. */
    choose(first, last) { anchor = first; cursor = last; draw(); },
    show(index) { if (index >= 0) { cursor = anchor = index; draw(); } },
    at(seconds, follow = false) {
      let index = words.findIndex((word) => word && word.start_s <= seconds && word.end_s > seconds);
      if (index === now) return;
      spanOf(now)?.classList.remove("now");
      now = index;
      const number = index < 0 ? -1 : turnOf(index);
      if (!follow && !shown.has(number)) return;
      const here = spanOf(index);
      here?.classList.add("now");
      if (here && follow) intoView(box, here);
    },
    wordAt(index) { return words[index] ?? null; },
    get chosen() { return range(); },
    get word() { return cursor < 0 ? null : words[cursor]; },
    edges(track) { return words.filter((word) => word && word.track === track); },
  };
}
