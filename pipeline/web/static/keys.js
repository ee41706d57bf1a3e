/** One key for each button or link of a page that names one, unless they are switched off or somebody is writing. */

const switched = /** @type {HTMLInputElement | null} */ (document.getElementById("keys"));
if (switched) {
  switched.checked = localStorage.getItem("offrecord keys") !== "off";
  switched.addEventListener("change", () => localStorage.setItem("offrecord keys", switched.checked ? "on" : "off"));
}

for (const button of document.querySelectorAll("[data-play]")) {
  button.addEventListener("click", () => {
    const sound = /** @type {HTMLMediaElement} */ (document.getElementById(button.dataset.play));
    if (sound.paused) { sound.currentTime = 0; sound.play().catch(() => {}); } else sound.pause();
  });
}

document.addEventListener("keydown", (event) => {
  if (!switched?.checked || event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
  if (event.target instanceof Element && event.target.closest("input:not([type=checkbox]), select, textarea")) return;
  const wanted = document.querySelector(`[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
  if (wanted instanceof HTMLElement) wanted.click();
});
