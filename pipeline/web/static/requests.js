/** One key for each button or link of the page that names one, unless they are switched off or somebody is writing. */

const switched = /** @type {HTMLInputElement} */ (document.getElementById("keys"));
switched.checked = localStorage.getItem("offrecord keys") !== "off";
switched.addEventListener("change", () => localStorage.setItem("offrecord keys", switched.checked ? "on" : "off"));

document.addEventListener("keydown", (event) => {
  if (!switched.checked || event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
  if (event.target instanceof Element && event.target.closest("input:not([type=checkbox]), select, textarea")) return;
  const wanted = document.querySelector(`[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
  if (wanted instanceof HTMLElement) wanted.click();
});
