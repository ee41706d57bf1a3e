/** How a proposal is shown: its state in words, where it is said, and its line in the list. */

import { clock, count, element } from "./page_text.js";

const STATES = { undecided: "Undecided: redacted", flagged: "For a lead: redacted", redact: "Redacted", keep: "Kept" };
const MARKS = { undecided: "…", flagged: "⚑", redact: "■", keep: "✓" };

/** What a proposal is in: undecided, flagged for a lead, redact or keep. */
export function stateOf(proposal) { return proposal.flagged ? "flagged" : proposal.decision; }

export function stateText(proposal) { return proposal.closed ? `Cannot be kept: ${proposal.closed}` : STATES[stateOf(proposal)]; }

/** Whose answer a proposal touches who did not agree, and how, as a sentence to go behind another; empty where it is nobody's. */
export function concernText(proposal) { return proposal.concerns.length ? ` It concerns ${proposal.concerns.join("; ")}.` : ""; }

/** Whether somebody may still decide it: what is flagged is a lead's. */
export function isOpen(proposal, isLead) { return proposal.decision === "undecided" && (isLead || !proposal.flagged); }

/** Where a proposal is said, in order of time. */
export function sounds(proposal) {
  return proposal.mentions.filter((mention) => mention.surface === "sound").sort((a, b) => a.start_s - b.start_s);
}

function optionText(proposal) {
  const at = proposal.mentions.find((mention) => mention.start_s !== null);
  return [proposal.replacement, proposal.text.join(", "), at ? clock(at.start_s) : proposal.mentions[0].surface];
}

/** A proposal as a line of the list. */
export function option(proposal, isActive, onClick) {
  const item = element("li", undefined, { role: "option", id: `p-${proposal.proposal_id}`, tabindex: "-1" });
  const [label, text, at] = optionText(proposal);
  const state = element("span", `${MARKS[stateOf(proposal)]} ${stateText(proposal)}`, { class: "state" });
  const concerns = proposal.concerns.map((mark) => element("small", `⚠ ${mark}`, { class: "concerns" }));
  item.append(element("span", `${label} ${text}`), state, ...concerns,
    element("small", `${at} · ${count(proposal.mentions.length, "mention")} · ${proposal.muted_s} s, ${count(proposal.words, "word")}`),
    element("small", `score ${proposal.score.toFixed(2)}`));
  item.className = stateOf(proposal);
  item.setAttribute("aria-selected", String(isActive));
  item.tabIndex = isActive ? 0 : -1;
  item.addEventListener("click", onClick);
  return item;
}

/** The verdict that holds, as it is sent. */
export function verdictOf(proposal) { return proposal.flagged ? "flag" : proposal.decision === "undecided" ? "open" : proposal.decision; }

/** What a decision makes of a proposal. */
export function apply(proposal, verdict, reason, actor) {
  const isUndecided = verdict === "open" || verdict === "flag";
  Object.assign(proposal, { decision: isUndecided ? "undecided" : verdict, flagged: verdict === "flag" });
  Object.assign(proposal, verdict === "open" ? { reason: "", actor: "" } : { reason, actor });
}

/** What the server says of a proposal; what was decided here and has no answer yet stays. */
export function withWaiting(fresh, here) {
  if (!here?.waiting) return fresh;
  const { decision, flagged, reason, actor, waiting } = here;
  return { ...fresh, decision, flagged, reason, actor, waiting };
}
