/** The search in words and proposals: the same again goes on to the next place. */

const $ = (id) => document.getElementById(id);

/** @param {{post: Function}} api @param {(hit: {id?: string, first?: number, last?: number}) => string} show goes to a place, and says where that is */
export function makeSearch(api, show) {
  let searched = { key: "", hits: [], at: -1 };

  /** The places where a text is; the server leaves out what is masked. Null where it cannot say. */
  async function placesOf(text, hidden) {
    const key = JSON.stringify([text, hidden]);
    if (key === searched.key) return searched.hits;
    const answer = await api.post("/search", { text, hidden });
    if (answer.status !== 200) { $("search-count").textContent = answer.data.error; return null; }
    const words = answer.data.words.map(([first, last]) => ({ first, last }));
    searched = { key, at: -1, hits: [...words, ...answer.data.proposals.map((id) => ({ id }))] };
    return searched.hits;
  }

  return async function search() {
    const text = $("search").value.trim();
    if (!text) return;
    const hits = await placesOf(text, $("search-hidden").checked);
    if (!hits) return;
    if (!hits.length) { $("search-count").textContent = "Nowhere."; return; }
    searched.at = (searched.at + 1) % hits.length;
    const where = show(hits[searched.at]);
    $("search-count").textContent = `${searched.at + 1} of ${hits.length}: ${where}. Enter goes on, Escape leaves.`;
  };
}
