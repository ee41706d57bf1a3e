/** Asks a person for one value, one of several, or only a yes. */

import { element } from "./page_text.js";

const $ = (id) => document.getElementById(id);

/** Ends the question that still waits for its answer, as cancelled: a dialog tells of its end only after the next may be open. */
let cancel = () => {};

/** Answers that a digit gives while nothing is written yet. */
let quick = [];

/** In the dialog: Enter confirms a choice too, which a browser opens otherwise, and a digit gives a usual answer. */
export function onAskKey(event) {
  const answer = event.target === $("ask-value") && !event.target.value ? quick[Number(event.key) - 1] : undefined;
  if (answer !== undefined) $("ask-value").value = answer;
  else if (event.key !== "Enter" || event.target !== $("ask-select")) return;
  event.preventDefault();
  $("ask").close("yes");
}

/** Asks for one value, or only for a yes; null where it is cancelled. */
export function ask(title, text, { label = "", value = "", list = [], choices = null, yes = "OK" } = {}) {
  const dialog = $("ask"), input = $("ask-value"), choice = $("ask-select");
  cancel();
  $("ask-title").textContent = title;
  $("ask-text").textContent = text;
  $("ask-label").textContent = label;
  input.hidden = !label || choices !== null;
  choice.hidden = choices === null;
  $("ask-label").htmlFor = choices === null ? "ask-value" : "ask-select";
  input.value = value;
  $("ask-quick").textContent = list.map((each, number) => `${number + 1} ${each}`).join(" · ");
  quick = list;
  $("ask-list").replaceChildren(...list.map((each) => element("option", undefined, { value: each })));
  choice.replaceChildren(...(choices ?? []).map((each) => element("option", each)));
  $("ask-yes").textContent = yes;
  dialog.returnValue = "";
  dialog.showModal();
  (choices ? choice : label ? input : $("ask-yes")).focus();
  return new Promise((resolve) => {
    const settle = (answer) => {
      dialog.removeEventListener("close", closed);
      cancel = () => {};
      resolve(answer);
    };
    const closed = () => {
      if (!dialog.open) settle(dialog.returnValue ? (choices ? choice.value : label ? input.value : true) : null);
    };
    cancel = () => settle(null);
    dialog.addEventListener("close", closed);
  });
}
