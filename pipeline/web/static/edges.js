/** The edges of a mention, moved by keys to words or by 10 ms, or written as a number; saved when the keys rest. */

const REST_MS = 600, FINE_S = 0.01, SHORTEST_S = 0.02, SAME_S = 0.005;

/** @param {(mention: object, span: {start_s: number, end_s: number}) => Promise<void>} onSave */
export function makeEdges(onSave) {
  let moving = null;

  async function save() {
    if (!moving) return;
    const { mention, span, timer } = moving;
    clearTimeout(timer);
    moving = null;
    await onSave(mention, span);
  }

  return {
    save,
    /** Sets one edge, `start_s` or `end_s`, at once. */
    set(mention, name, seconds) {
      moving = { mention, span: { start_s: mention.start_s, end_s: mention.end_s, [name]: seconds } };
      save();
    },
    /** Moves an edge to that of the next or the last of these words, or by 10 ms. */
    move(mention, words, { forward, isEnd, fine }) {
      moving ??= { mention, span: { start_s: mention.start_s, end_s: mention.end_s } };
      const name = isEnd ? "end_s" : "start_s", at = moving.span[name], edges = words.map((word) => word[name]);
      const word = forward ? edges.find((edge) => edge > at + SAME_S) : edges.findLast((edge) => edge < at - SAME_S);
      const next = fine ? at + (forward ? FINE_S : -FINE_S) : word;
      if (next === undefined) return;
      const span = { ...moving.span, [name]: Math.max(0, next) };
      if (span.end_s - span.start_s < SHORTEST_S) return;
      moving.span = span;
      document.querySelectorAll("[data-edge]").forEach((input) => { input.value = span[input.dataset.edge].toFixed(2); });
      clearTimeout(moving.timer);
      moving.timer = setTimeout(save, REST_MS);
    },
  };
}
