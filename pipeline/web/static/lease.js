/** Whose the session is, until when: renewed by work, warned of before it ends, taken over by a lead. */

const RENEW_MS = 60_000, LOOK_MS = 1_000;

/** @param {{post: Function}} api @param {boolean} isLead */
export function makeLease(api, isLead) {
  const line = document.getElementById("lease"), notice = document.getElementById("lease-ends");
  const text = document.getElementById("lease-text"), button = document.getElementById("lease-act");
  let lease = null, asked = 0, ends = 0;

  async function ask(takeOver = false) {
    asked = Date.now();
    const answer = await api.post("/lease", { take_over: takeOver });
    if (answer.status !== 200) return;
    lease = answer.data;
    ends = Date.now() + lease.left_s * 1000;
    draw();
  }

  function show(message, label) {
    if (text.textContent !== message) text.textContent = message;
    button.textContent = label;
    button.hidden = !label;
    notice.hidden = !message;
  }

  function draw() {
    const left = ends - Date.now(), until = new Date(lease.until).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hour12: false });
    line.textContent = left <= 0 ? "nobody's now" : lease.is_mine ? `yours until ${until}` : `${lease.actor} has it until ${until}`;
    if (!lease.is_mine && left > 0) show(`${lease.actor} reviews this session until ${until}. Nobody's decision is overwritten, but where both of you decide a proposal, one of you works in vain.`, isLead ? "Take it over" : "");
    else if (left <= 0) show("Your turn with this session is over; it may be handed to somebody else.", "Take it again");
    else if (left <= lease.warning_s * 1000) show(`This session is yours until ${until} only.`, "Extend");
    else show("", "");
  }

  function worked() {
    if (lease?.is_mine && Date.now() - asked > RENEW_MS) ask();
  }

  button.addEventListener("click", () => ask(!lease.is_mine && ends > Date.now()));
  document.addEventListener("keydown", worked);
  document.addEventListener("pointerdown", worked);
  setInterval(() => { if (lease) draw(); }, LOOK_MS);
  ask();
}
