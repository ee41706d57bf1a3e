/** Which key does what: as it is shipped, or as somebody set it in this browser; each can be changed or taken away. */

const STORE = "offrecord keymap", NO_KEY = "";

/** @param {Record<string, [string, () => void]>} actions by the key that they have as shipped */
export function makeKeymap(actions) {
  /** @type {Record<string, string>} */
  let own = JSON.parse(localStorage.getItem(STORE) || "{}");

  function keep() { localStorage.setItem(STORE, JSON.stringify(own)); }
  function keyOf(id) { return own[id] ?? id; }
  function idOf(key) { return Object.keys(actions).find((id) => keyOf(id) === key); }

  return {
    keyOf,
    /** How a key is called on a button or in the list. */
    label(id) { const key = keyOf(id); return key === " " ? "Space" : key === "Z" ? "Shift+Z" : key === NO_KEY ? "none" : key.toUpperCase(); },
    run(key) {
      const id = idOf(key);
      if (id !== undefined && key !== NO_KEY) actions[id][1]();
      return id !== undefined && key !== NO_KEY;
    },
    /** Gives an action another key, or none; says what has that key already, and changes nothing then. */
    set(id, key) {
      const other = key === NO_KEY ? undefined : idOf(key);
      if (other !== undefined && other !== id) return actions[other][0];
      own = { ...own, [id]: key };
      if (key === id) delete own[id];
      keep();
      return "";
    },
    reset() { own = {}; keep(); },
  };
}

/** A key press as a keymap knows it: letters without their case, but for the redo of Shift and Z. */
export function keyPressed(event) {
  return event.key.length === 1 && event.key !== "Z" ? event.key.toLowerCase() : event.key;
}

/** Draws the list of keys, each with a button that waits for another key: Escape leaves it, Backspace takes it away. */
export function drawKeys(box, keymap, actions, fixed, changed) {
  const say = document.getElementById("help-message");
  const rows = Object.entries(actions).map(([id, [what]]) => {
    const row = document.createElement("div"), name = document.createElement("dt"), does = document.createElement("dd");
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = keymap.label(id);
    button.setAttribute("aria-label", `${what}: ${keymap.label(id)}, change it`);
    button.addEventListener("click", () => {
      say.textContent = `Press the key for "${what}". Escape keeps the key, Backspace removes it.`;
      button.addEventListener("keydown", (event) => {
        if (["Shift", "Control", "Alt", "Meta", "Tab"].includes(event.key)) return;
        event.preventDefault();
        event.stopPropagation();
        if (event.key === "Escape") { say.textContent = ""; changed(id); return; }
        const taken = keymap.set(id, event.key === "Backspace" ? "" : keyPressed(event));
        say.textContent = taken ? `That key is taken: ${taken}.` : "";
        changed(id);
      }, { once: true });
    });
    button.dataset.action = id;
    name.append(button);
    does.textContent = what;
    row.append(name, does);
    return row;
  });
  const others = Object.entries(fixed).map(([key, what]) => {
    const row = document.createElement("div"), name = document.createElement("dt"), does = document.createElement("dd");
    name.textContent = key;
    does.textContent = what;
    row.append(name, does);
    return row;
  });
  box.replaceChildren(...rows, ...others);
}
