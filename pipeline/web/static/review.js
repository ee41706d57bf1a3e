/** The review page: the list of proposals and the transcript are its controls; everything is done by keyboard. */

import { connect } from "./api.js";
import { ask, onAskKey } from "./ask.js";
import { makeEdges } from "./edges.js";
import { makeLease } from "./lease.js";
import { drawKeys, keyPressed, makeKeymap } from "./keymap.js";
import { clock, count, element, spoken } from "./page_text.js";
import { makePicture } from "./picture.js";
import { makePlayer } from "./player.js";
import { apply, concernText, isOpen, option, sounds, stateOf, stateText, verdictOf, withWaiting } from "./proposal_view.js";
import { makeSearch } from "./search.js";
import { intoView, makeTranscript } from "./transcript.js";

const $ = (id) => document.getElementById(id);
const root = $("review");
const api = connect(root.dataset.session, root.dataset.actor, showWaiting);
/** Keys that may be held down; every other does one thing for one press, so that nobody decides a list by leaning on a key. */
const HELD = ["j", "k", ",", "."];
const LOOK_MS = 400;
const IS_LEAD = root.dataset.lead === "true";
const REASONS = ["not confidential", "our own product", "public knowledge", "they agreed to be named"];
const NOT_A_NAME = "not a name";
/** @type {Map<string, object>} */
const proposals = new Map();
let order = [], active = "", data, player, picture = null, transcript, undone = [], done = [], mentionAt = 0, lookSince = 0, playing = false;

const KEYS = {
  "j": ["next proposal", () => step(1)], "k": ["previous proposal", () => step(-1)],
  "u": ["next undecided proposal", nextUndecided],
  "a": ["accept: redact it", () => decide("redact", "accepted")], "x": ["reject: keep it, with a reason", reject],
  "w": ["this is not a name: keep it", () => notAName()],
  "c": ["another category", category], "n": ["mark the selected words as missed", addMissed],
  "s": ["say who speaks in a turn of nobody known", assignSpeaker],
  "f": ["flag for a lead, with a reason; again: remove the flag", flag],
  "r": ["reveal the text, as long as the key is held, or until the next press (the ledger records it)", reveal],
  "z": ["undo", undo], "Z": ["redo", redo],
  " ": ["play or pause", () => player.toggle()], "h": ["hear the mention again", replay],
  "m": ["next mention of the proposal: hear it, adjust its edges", () => stepMention(1)], "b": ["previous mention", () => stepMention(-1)],
  ",": ["two seconds back", () => player.seek(player.at - 2)], ".": ["two seconds on", () => player.seek(player.at + 2)],
  "[": ["slower", () => rate(-1)], "]": ["faster", () => rate(1)], "l": ["hear it in a loop", loop],
  "p": ["hear as redacted, or the original", () => { $("redacted").click(); }], "g": ["next speech that no word covers", nextUnheard],
  "v": ["show or hide the picture under its covers (the ledger records what you see)", togglePicture],
  "q": ["next session of the queue; this one is given back", () => { $("next-session").click(); }],
  "/": ["search words and proposals", () => { $("search").focus(); $("search").select(); }],
  "?": ["this list, in which each key can be changed", () => $("help-dialog").showModal()],
};
const FIXED = {
  "Alt+←/→, Shift+Alt+←/→": "move the start, the end to the next word; with Ctrl by 10 ms",
  "Shift+Space": "hear the proposal again", "Ctrl+Enter": "submit", "Ctrl+Z, Ctrl+Shift+Z": "undo, redo",
};
const keymap = makeKeymap(KEYS);

const NO_SOUND = "The sound cannot be had now: what you do not hear says nothing. H tries again.";
function say(text) { $("message").textContent = text; }
function showWaiting(waiting, problem) {
  const line = `${problem}: ${count(waiting, "decision")} ${waiting === 1 ? "is" : "are"} kept in this browser and sent again.`;
  $("offline").hidden = !problem;
  $("offline").textContent = problem && line[0].toUpperCase() + line.slice(1);
}

/** The mention that is heard, and whose edges move: the first, until another is chosen. */
function soundOf(proposal) {
  const all = sounds(proposal);
  return all[Math.min(mentionAt, all.length - 1)];
}
function current() { return proposals.get(active); }

function itemOf(id) { return option(proposals.get(id), id === active, () => select(id, true)); }

function drawList() {
  const wanted = $("filter").value;
  order = [...proposals.values()].filter((each) => wanted === "all" || stateOf(each) === wanted).map((each) => each.proposal_id);
  const focused = $("proposals").contains(document.activeElement);
  $("proposals").replaceChildren(...order.map(itemOf));
  if (focused) (document.getElementById(`p-${active}`) ?? $("proposals").firstElementChild)?.focus({ preventScroll: true });
  progress();
}

function redraw(id) {
  const old = $(`p-${id}`), proposal = proposals.get(id);
  if (old && proposal) {
    const focused = document.activeElement === old;
    const item = itemOf(id);
    old.replaceWith(item);
    if (focused) item.focus({ preventScroll: true });
  }
  if (id === active) detail();
  transcript.repaint();
  progress();
}

function progress() {
  const all = proposals.size, left = [...proposals.values()].filter((each) => each.decision === "undecided").length;
  const flagged = [...proposals.values()].filter((each) => each.flagged).length;
  $("progress").textContent = `${all - left} of ${all} decided${flagged ? `, ${flagged} for a lead` : ""}`;
}

function detail() {
  const proposal = current(), box = $("detail");
  if (!proposal) { box.replaceChildren("There is no proposal."); return; }
  const rules = [...new Set(proposal.mentions.map((mention) => mention.rule))].join(", ");
  const rows = [
    element("p", `${proposal.replacement} ${proposal.text.join(", ")} (${proposal.category})`),
    element("p", `${stateText(proposal)}${proposal.actor ? ` by ${proposal.actor}: ${proposal.reason}` : ""}`),
    ...proposal.concerns.map((mark) => element("p", `Concerns: ${mark}`, { class: "concerns" })),
    element("p", `Found by ${rules}, score ${proposal.score.toFixed(2)}. Redacting ${count(proposal.mentions.length, "mention")} takes out ${proposal.muted_s} s and ${count(proposal.words, "word")}.`),
  ];
  const sound = soundOf(proposal);
  if (sound) {
    const word = sound.words[0] < sound.words[1] ? transcript.wordAt(sound.words[0]) : null;
    const effect = data.effect === "tone" ? "a tone" : "silence";
    rows.push(element("p", `${word ? `Said by ${data.people[word.speaker] ?? "nobody known"}. ` : ""}The sound becomes ${effect}, with a margin around it; texts get ${proposal.replacement}.`));
  }
  const actions = element("div", undefined, { class: "actions" });
  const labels = { a: "Redact", x: "Keep", w: "Not a name", f: proposal.flagged ? "Remove the flag" : "Flag", c: "Category", r: "Reveal", h: "Hear" };
  for (const [key, label] of Object.entries(labels)) {
    const button = element("button", `${label} (${keymap.label(key)})`, { type: "button", title: KEYS[key][0] });
    button.addEventListener("click", KEYS[key][1]);
    actions.append(button);
  }
  if (sound) rows.push(edgeForm(proposal, sound));
  box.replaceChildren(...rows, actions);
}

function edgeForm(proposal, mention) {
  const line = element("p"), all = sounds(proposal), number = all.indexOf(mention) + 1;
  for (const [name, label] of [["start_s", `Mention ${number} of ${all.length} from`], ["end_s", "to"]]) {
    const input = element("input", undefined, { type: "number", step: "0.01", min: "0", size: "8", "data-edge": name });
    input.value = mention[name].toFixed(2);
    input.addEventListener("change", () => edges.set(mention, name, Number(input.value)));
    const wrapped = element("label", `${label} `);
    wrapped.append(input);
    line.append(wrapped, " ");
  }
  for (const [key, label] of all.length > 1 ? [["b", "Previous"], ["m", "Next"]] : []) {
    const button = element("button", `${label} (${keymap.label(key)})`, { type: "button", title: KEYS[key][0], "data-mention": key });
    button.addEventListener("click", () => { KEYS[key][1](); document.querySelector(`[data-mention="${key}"]`)?.focus(); });
    line.append(button, " ");
  }
  line.append(element("small", "Alt and arrows move to words, with Ctrl by 10 ms; Shift moves the end."));
  return line;
}

function select(id, focus = false, quiet = false) {
  if (!proposals.has(id)) return;
  gap = null;
  const before = active;
  if (id !== active) { edges.save(); mentionAt = 0; }
  active = id;
  for (const each of [before, id]) {
    const item = $(`p-${each}`);
    if (item) { item.setAttribute("aria-selected", String(each === id)); item.tabIndex = each === id ? 0 : -1; }
  }
  const item = $(`p-${id}`);
  if (focus) item?.focus({ preventScroll: true });
  if (item) intoView($("proposals"), item);
  detail();
  const sound = soundOf(current());
  if (sound) {
    showMention(sound);
    if ($("autoplay").checked && !quiet) replay();
  }
  const seen = current().mentions.find((mention) => mention.surface === "picture");
  if (!sound && seen && !quiet) player.seek(seen.start_s);
}

function togglePicture() {
  if (!picture) { say("This session has no picture."); return; }
  picture.toggle();
  $("show-picture").setAttribute("aria-pressed", String(picture.shown));
}
/** What the picture shows of a proposal's cover. */
function coverState(id) {
  const proposal = proposals.get(id);
  return { kept: proposal?.decision === "keep", active: id === active };
}

function step(by) {
  const at = order.indexOf(active);
  const next = order[Math.min(Math.max(0, at + by), order.length - 1)];
  if (next) select(next, true);
}
function nextUndecided() {
  if (!goOn()) say("Everything is decided. Ctrl+Enter submits.");
}
/** Goes to the next proposal that nobody decided; false where there is none. */
function goOn() {
  const at = order.indexOf(active);
  const next = [...order.slice(at + 1), ...order.slice(0, at + 1)].find((id) => isOpen(proposals.get(id), IS_LEAD));
  if (next) select(next, true);
  return next !== undefined;
}
function showMention(mention) { transcript.show(mention.words[0] < mention.words[1] ? mention.words[0] : -1); }
/** Goes to another mention of the same proposal, round and round. */
function stepMention(by) {
  const proposal = current(), all = proposal ? sounds(proposal) : [];
  if (all.length < 2) { say(all.length ? "This is the only mention in the sound." : "Nothing of this is said in the sound."); return; }
  edges.save();
  mentionAt = (Math.min(mentionAt, all.length - 1) + by + all.length) % all.length;
  detail();
  showMention(all[mentionAt]);
  say(`Mention ${mentionAt + 1} of ${all.length}, at ${clock(all[mentionAt].start_s)}`);
  if ($("autoplay").checked) replay();
}
function replay() {
  const sound = current() && soundOf(current());
  if (sound) player.clip(sound.start_s, sound.end_s);
}
function loop() {
  const sound = current() && soundOf(current());
  if (sound) player.loop(sound.start_s, sound.end_s);
}
function rate(by) {
  const box = $("rate");
  box.selectedIndex = Math.min(Math.max(0, box.selectedIndex + by), box.options.length - 1);
  player.rate(Number(box.value));
}

/** Decides at once on the page, and sends it with the version that was seen. */
function decide(verdict, reason, proposal = current(), remember = true) {
  if (!proposal) return;
  if (proposal.flagged && !IS_LEAD && (verdict === "redact" || verdict === "keep")) { say(`${proposal.actor} left this to a lead, who decides it.`); return; }
  if (proposal.closed && verdict === "keep") { say(`${proposal.replacement} cannot be kept: ${proposal.closed}. Consent goes before every decision.`); return; }
  const before = { verdict: verdictOf(proposal), reason: proposal.reason || "undone" };
  if (remember) { done.push({ id: proposal.proposal_id, before, after: { verdict, reason } }); undone = []; }
  apply(proposal, verdict, reason, data.actor);
  redraw(proposal.proposal_id);
  say(`${proposal.replacement}: ${stateText(proposal)}`);
  proposal.waiting = true;
  api.queue(`/proposals/${proposal.proposal_id}/decision`, { verdict, reason }, proposal.version, decided);
  if (remember && verdict !== "open" && $("advance").checked && !goOn()) say("Everything is decided. Ctrl+Enter submits.");
}

function decided(sent, answer) {
  const id = sent.path.split("/")[2], proposal = proposals.get(id);
  if (!proposal) return;
  proposal.waiting = api.waitsFor(sent.path);
  if (answer.status === 200) {
    proposal.version = answer.data.version;
    if (!proposal.waiting) {
      apply(proposal, answer.data.verdict, sent.body.reason, answer.data.actor);
      if (answer.data.verdict !== sent.body.verdict) say(`${proposal.replacement}: two people keep this. It is left to a lead, and stays redacted until then.`);
      redraw(id);
    }
  } else if (answer.status === 409 && answer.data.proposal) {
    proposals.set(id, answer.data.proposal);
    const other = answer.data.proposal;
    if (answer.data.was_blind) say(`${other.replacement}: ${answer.data.error}. It stays redacted.`);
    else say(`${other.actor || "Somebody"} was quicker: ${other.replacement} is ${stateText(other).toLowerCase()}. Look at it, then decide again.`);
    redraw(id);
  } else {
    say(`Not saved: ${answer.data.error}`);
    reload();
  }
}

async function reject() {
  const proposal = current();
  if (!proposal) return;
  if (proposal.closed) { decide("keep", "", proposal); return; }
  const risky = proposal.concerns.length > 0 || proposal.category === "PERSON" || proposal.score >= 0.9;
  const reason = risky ? await ask("Keep it", `${proposal.replacement} will be heard and read.${concernText(proposal)}`, { label: "Why", list: REASONS, yes: "Keep" }) : REASONS[0];
  if (reason === null) return;
  if (!reason.trim()) { say("A reason is needed to keep this."); return; }
  decide("keep", reason.trim(), proposal);
  focusList();
}

/** Keeps what is no name at once, but asks first where it touches somebody who did not agree. */
async function notAName() {
  const proposal = current();
  if (!proposal) return;
  const text = `${proposal.replacement} will be heard and read.${concernText(proposal)}`;
  if (!proposal.closed && proposal.concerns.length && await ask("Keep it as no name", text, { yes: "Keep" }) === null) return;
  decide("keep", NOT_A_NAME, proposal);
}

async function flag() {
  const proposal = current();
  if (!proposal) return;
  if (proposal.flagged) { decide("open", "flag taken back", proposal); return; }
  const reason = await ask("Flag for a lead", `${proposal.replacement} stays redacted until a lead decides it.`, { label: "What should they decide", yes: "Flag" });
  if (reason === null) return;
  if (!reason.trim()) { say("A lead needs to know why."); return; }
  decide("flag", reason.trim(), proposal);
  focusList();
}

async function category() {
  const proposal = current();
  if (!proposal) return;
  const label = await ask("Another category", proposal.replacement, { label: "Category", choices: data.categories });
  if (label === null) return;
  edit(`/proposals/${proposal.proposal_id}/category`, { label }, proposal.category_version);
}

/** The stretch that was selected in the transcript, or heard last as speech that no word covers. */
function missedSpan() {
  if (gap) return { span: { track_id: gap.track_id, start_s: gap.start_s, end_s: gap.end_s }, what: "This speech without words is" };
  const words = transcript.chosen;
  if (!words.length) return null;
  return { span: { track_id: words[0].track, start_s: words[0].start_s, end_s: words.at(-1).end_s }, what: words.length === 1 ? "This word is said" : `These ${words.length} words are said` };
}

async function addMissed() {
  const missed = missedSpan();
  if (!missed) { say("Select words in the transcript first, or go to speech without words (G)."); return; }
  const { span, what } = missed;
  const counted = await api.get(`/same-words?track=${span.track_id}&from=${span.start_s}&to=${span.end_s}`);
  if (counted.status !== 200) { say(`Not possible now: ${counted.data.error}`); return; }
  const places = counted.data.places === 1 ? "one place" : `${counted.data.places} places`;
  const label = await ask("Mark as missed", `${what} in ${places} of this session, and redacted in each.`, { label: "Category", choices: data.categories, yes: "Redact" });
  if (label === null) return;
  edit("/findings", { ...span, label });
}

/** Asks who says the turn of nobody known that the cursor, or the mention, is in; consent then decides it anew. */
async function assignSpeaker() {
  const word = transcript.word, sound = current() && soundOf(current());
  const at = word ? { track: word.track, start_s: word.start_s } : sound && { track: sound.track_id, start_s: sound.start_s };
  const turn = at && data.speakers.find((each) => each.track_id === at.track && each.start_s <= at.start_s + 0.001 && at.start_s < each.end_s);
  if (!turn) { say("The recording says who speaks here."); return; }
  const people = Object.entries(data.people), who = people.find(([id]) => id === turn.participant);
  const chosen = await ask("Who speaks here?", `${count(turn.words, "word")} from ${clock(turn.start_s)}${who ? `, assigned to ${who[1]}` : ""}. They become as open as everything else of whom you choose.`, { label: "Participant", choices: people.map(([, name]) => name), yes: "Assign" });
  if (chosen === null) return;
  const [id] = people.find(([, name]) => name === chosen);
  const path = `/speakers/${encodeURIComponent(turn.speaker)}`;
  await edit(path, { participant_id: id }, turn.version);
}

/** Sends an edit; the server answers with the proposals as they are then. */
async function edit(path, body, version) {
  const answer = await api.post(path, body, version);
  if (answer.status !== 200) {
    say(answer.status === 409 ? "Somebody else changed this meanwhile; the page shows it now." : `Not saved: ${answer.data.error}`);
    return answer.status ? reload() : undefined;
  }
  if (answer.data.closed) { say(answer.data.closed); $("progress").textContent = answer.data.closed; return undefined; }
  done.push({ edit: answer.data.last_edit, path, body });
  undone = [];
  say("Saved.");
  take(answer.data);
}

function take(fresh) {
  const all = fresh.proposals.map((proposal) => withWaiting(proposal, proposals.get(proposal.proposal_id)));
  proposals.clear();
  all.forEach((proposal) => proposals.set(proposal.proposal_id, proposal));
  if (fresh.turns) {
    data.turns = fresh.turns;
    data.speakers = fresh.speakers;
    transcript.load(data.turns, data.people, (id) => proposals.get(id)?.decision ?? "undecided");
  }
  picture?.refresh();
  if (!proposals.has(active)) active = proposals.keys().next().value ?? "";
  drawList();
  select(active, false, true);
}

async function undo() {
  const last = done.pop();
  if (!last) { say("There is nothing to undo."); return; }
  if (last.edit) {
    const answer = await api.post(`/edits/${last.edit}/undo`);
    if (answer.status !== 200) { done.push(last); say(`Not undone: ${answer.data.error}`); return; }
    undone.push(last);
    take(answer.data);
    say("Undone.");
    return;
  }
  undone.push(last);
  select(last.id, true, true);
  decide(last.before.verdict, last.before.reason, proposals.get(last.id), false);
}
async function redo() {
  const last = undone.pop();
  if (!last) { say("There is nothing to redo."); return; }
  if (last.edit) {
    const later = undone;
    await edit(last.path, last.body, /\/(edges|category)$|^\/speakers\//.test(last.path) ? versionOf(last.path) : undefined);
    undone = later;
    return;
  }
  done.push(last);
  select(last.id, true, true);
  decide(last.after.verdict, last.after.reason, proposals.get(last.id), false);
}
function versionOf(path) {
  const [, kind, id] = path.split("/");
  if (kind === "speakers") return data.speakers.find((turn) => turn.speaker === decodeURIComponent(id))?.version ?? 0;
  if (kind === "proposals") return proposals.get(id)?.category_version ?? 0;
  for (const proposal of proposals.values()) for (const mention of proposal.mentions) if (mention.finding_id === id) return mention.version;
  return 0;
}

async function reveal() {
  const proposal = current();
  if (!proposal) return;
  if (proposal.shown) { hide(proposal); return; }
  lookSince = Date.now();
  const answer = await api.post(`/proposals/${proposal.proposal_id}/reveal`);
  if (answer.status !== 200) { say(answer.data.error); return; }
  proposal.shown = { text: proposal.text, words: transcript.reveal(answer.data.words) };
  proposal.text = answer.data.text;
  redraw(proposal.proposal_id);
  say("Revealed; the ledger records it.");
  if (lookSince < 0) hide(proposal);
}

/** Masks again what was revealed. */
function hide(proposal) {
  transcript.reveal(proposal.shown.words);
  proposal.text = proposal.shown.text;
  delete proposal.shown;
  redraw(proposal.proposal_id);
}

/** Whoever held the key only looks: what they saw is masked again when they let go. */
function onKeyUp(event) {
  if (keyPressed(event) !== keymap.keyOf("r") || lookSince <= 0 || Date.now() - lookSince < LOOK_MS) return;
  lookSince = -1;
  if (current()?.shown) hide(current());
}

const edges = makeEdges((mention, span) => edit(`/findings/${encodeURIComponent(mention.finding_id)}/edges`, span, mention.version));
function moveEdge(how) {
  const mention = current() && soundOf(current());
  if (mention) edges.move(mention, transcript.edges(mention.track_id), how);
}

let unheardAt = -1, gap = null;
function nextUnheard() {
  if (!data.unheard.length) { say("Every word of the speech is in the transcript."); return; }
  unheardAt = (unheardAt + 1) % data.unheard.length;
  gap = data.unheard[unheardAt];
  say(`Speech without words, ${unheardAt + 1} of ${data.unheard.length}, at ${clock(gap.start_s)}. ${keymap.label("n")} marks it as missed.`);
  player.clip(gap.start_s, gap.end_s);
}

/** Goes to what was searched for, and says where that is. */
function showHit(hit) {
  if (hit.id === undefined) { transcript.choose(hit.first, hit.last - 1); return clock(transcript.word.start_s); }
  $("filter").value = "all";
  drawList();
  select(hit.id, false, true);
  return proposals.get(hit.id)?.replacement;
}
const search = makeSearch(api, showHit);

function focusList() { $(`p-${active}`)?.focus({ preventScroll: true }); }

/** What a submission does, in words, and how many undecided proposals it counts on. */
function submission() {
  const left = [...proposals.values()].filter((proposal) => isOpen(proposal, IS_LEAD)).length;
  const flagged = [...proposals.values()].filter((proposal) => proposal.flagged).length;
  const text = [
    left ? `${left} ${left === 1 ? "proposal is" : "proposals are"} undecided, and submitted as redacted.` : "Everything that is yours is decided.",
    flagged && !IS_LEAD ? `${count(flagged, "flagged proposal")} wait${flagged === 1 ? "s" : ""} for a lead, and stay${flagged === 1 ? "s" : ""} redacted until then.` : "",
  ].join(" ").trim();
  return { left, text };
}

/** Asks first, then waits for the last decisions to be saved; where their answers change what was confirmed, it asks again. */
async function confirmedSubmission() {
  for (;;) {
    const confirmed = submission();
    if (!await ask("Submit the review", confirmed.text, { yes: "Submit" })) return null;
    if (api.waiting) say(`Submitting when ${count(api.waiting, "decision")} ${api.waiting === 1 ? "is" : "are"} saved.`);
    if (!await api.sent()) return null;
    if (submission().text === confirmed.text) return confirmed;
  }
}

let isSubmitting = false;
async function submit() {
  if (isSubmitting) { say("Submitting when the last decisions are saved."); return; }
  isSubmitting = true;
  const confirmed = await confirmedSubmission();
  isSubmitting = false;
  if (!confirmed) return;
  player.stop();
  const answer = await api.post("/submit", { undecided: confirmed.left });
  if (answer.status !== 200) { say(`Not submitted: ${answer.data.error}`); return reload(); }
  take(answer.data);
  say("Submitted. The next run applies it; the sign-off page says what is left. Q or Enter takes the next session.");
  $("next-session").focus({ preventScroll: true });
}

function onKey(event) {
  const field = event.target.closest("input, select, textarea, dialog");
  if (field && !(field.type === "range" || field.type === "checkbox")) return;
  const plain = !event.ctrlKey && !event.altKey && !event.metaKey;
  if (event.altKey && (event.key === "ArrowLeft" || event.key === "ArrowRight")) {
    event.preventDefault();
    moveEdge({ forward: event.key === "ArrowRight", isEnd: event.shiftKey, fine: event.ctrlKey });
  } else if (event.ctrlKey && event.key === "Enter") {
    event.preventDefault(); submit();
  } else if (event.ctrlKey && event.key.toLowerCase() === "z") {
    event.preventDefault(); (event.shiftKey ? redo : undo)();
  } else if (plain && event.target.closest("#proposals") && ["ArrowDown", "ArrowUp", "Home", "End"].includes(event.key)) {
    event.preventDefault();
    step({ ArrowDown: 1, ArrowUp: -1, Home: -Infinity, End: Infinity }[event.key]);
  } else if (plain && event.target === $("transcript") && ["ArrowLeft", "ArrowRight"].includes(event.key)) {
    event.preventDefault();
    gap = null;
    transcript.move(event.key === "ArrowRight" ? 1 : -1, event.shiftKey);
  } else if (plain && $("keys").checked && !(event.key === " " && event.target.closest("button, a, summary, input"))) {
    if (event.key === " " && event.shiftKey) { event.preventDefault(); replay(); return; }
    const key = keyPressed(event);
    if (event.repeat && !HELD.some((id) => keymap.keyOf(id) === key)) { event.preventDefault(); return; }
    if (keymap.run(key)) event.preventDefault();
  }
}

async function reload() {
  const answer = await api.get("/review.json");
  if (answer.status !== 200) { $("progress").textContent = answer.data.error; return false; }
  data = answer.data;
  take(data);
  return true;
}

async function start() {
  const answer = await api.get("/review.json");
  if (answer.status !== 200) { $("progress").textContent = `Not possible now: ${answer.data.error}`; return; }
  data = answer.data;
  transcript = makeTranscript($("transcript"), (word, proposal, extending) => {
    gap = null;
    if (proposal) select(proposal, false, true);
    if (!extending) player.seek(word.start_s);
  });
  const seek = $("seek");
  seek.max = data.session.duration_s;
  player = makePlayer(api.base, data.session.duration_s, (at) => {
    seek.value = at;
    seek.setAttribute("aria-valuetext", spoken(at));
    $("time").textContent = clock(at);
    transcript.at(at, playing && $("follow").checked);
    picture?.at(at, player.sounds);
  }, (isPlaying) => {
    playing = isPlaying;
    picture?.at(player.at, player.sounds);
    $("play").textContent = playing ? "Pause" : "Play";
    $("play").setAttribute("aria-pressed", String(playing));
  }, () => say(`${$("message").textContent.replace(NO_SOUND, "")} ${NO_SOUND}`.trim()));
  if (data.session.has_picture) {
    picture = makePicture(api, data.session.duration_s, coverState, { toggle: () => player.toggle(), rate: () => Number($("rate").value) });
    $("show-picture").addEventListener("click", togglePicture);
  }
  take(data);
  $("badges").replaceChildren(...data.badges.map((badge) => element("li", `${badge.participant_id} (${badge.role}): internal ${badge.internal}, public ${badge.public}`)));
  $("follow").checked = !matchMedia("(prefers-reduced-motion: reduce)").matches;
  $("unheard").replaceChildren(...data.unheard.map((speech, number) => {
    const item = element("li"), button = element("button", `${clock(speech.start_s)}, ${(speech.end_s - speech.start_s).toFixed(1)} s`, { type: "button" });
    button.addEventListener("click", () => { unheardAt = number - 1; nextUnheard(); });
    item.append(button);
    return item;
  }));
  const showKeys = (focused) => {
    drawKeys($("help-keys"), keymap, KEYS, FIXED, showKeys);
    if (focused !== undefined) document.querySelector(`[data-action="${CSS.escape(focused)}"]`)?.focus();
    detail();
  };
  showKeys();
  $("help-reset").addEventListener("click", () => { keymap.reset(); showKeys(); });
  $("search-form").addEventListener("submit", (event) => { event.preventDefault(); search(); });
  $("search").addEventListener("keydown", (event) => { if (event.key === "Escape") focusList(); });
  seek.addEventListener("input", () => player.seek(Number(seek.value)));
  $("play").addEventListener("click", () => player.toggle());
  $("rate").addEventListener("change", () => player.rate(Number($("rate").value)));
  $("redacted").addEventListener("change", () => player.setRedacted($("redacted").checked));
  $("filter").addEventListener("change", () => { drawList(); if (order.length && !order.includes(active)) select(order[0], false, true); });
  $("help").addEventListener("click", KEYS["?"][1]);
  $("submit").addEventListener("click", submit);
  $("keys").checked = localStorage.getItem("offrecord keys") !== "off";
  $("keys").addEventListener("change", () => localStorage.setItem("offrecord keys", $("keys").checked ? "on" : "off"));
  document.addEventListener("keydown", onKey);
  document.addEventListener("keyup", onKeyUp);
  $("ask").addEventListener("keydown", onAskKey);
  api.resume(decided);
  makeLease(api, IS_LEAD);
  const first = order.find((id) => isOpen(proposals.get(id), IS_LEAD));
  if (document.activeElement === document.body) { if (first) select(first, true, true); else focusList(); }
  root.dataset.ready = "true";
}

start();
