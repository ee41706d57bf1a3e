/** Times and counts as a person reads them, and elements of the page. */

/** 0:12:05. */
export function clock(seconds) {
  const s = Math.floor(seconds);
  return `${Math.floor(s / 3600)}:${String(Math.floor(s / 60) % 60).padStart(2, "0")}:${String(s % 60).padStart(2, "0")}`;
}

/** "12 minutes 5 seconds", for who listens to the page. */
export function spoken(seconds) {
  const s = Math.floor(seconds), h = Math.floor(s / 3600), m = Math.floor(s / 60) % 60;
  return `${h ? `${h} hours ` : ""}${m} minutes ${s % 60} seconds`;
}

/** An element with its text and attributes. */
export function element(name, text, attributes = {}) {
  const created = document.createElement(name);
  if (text !== undefined) created.textContent = text;
  for (const [key, value] of Object.entries(attributes)) created.setAttribute(key, value);
  return created;
}

/** "1 mention", "2 mentions". */
export function count(number, noun) { return `${number} ${noun}${number === 1 ? "" : "s"}`; }
