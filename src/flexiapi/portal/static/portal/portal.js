// Comforts only: every page works without this file.
"use strict";

document.documentElement.classList.add("has-script");

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-autosubmit]")) event.target.form.requestSubmit();
});

// Browsers let pages write to the clipboard over TLS only.
if (!navigator.clipboard) for (const button of document.querySelectorAll("[data-copy]")) button.hidden = true;

const messages = document.querySelector(".toasts");

// A message of the toast region, which goes away by its button, by a click or by Escape.
const dismissible = (toast) => {
  const close = document.createElement("button");
  close.type = "button";
  close.className = "ghost icon-only close";
  close.textContent = "\u00d7";
  close.setAttribute("aria-label", messages.dataset.close);
  close.addEventListener("click", () => toast.remove());
  toast.append(close);
};
const announce = (kind, ...content) => {
  const toast = document.createElement("p");
  toast.className = `toast ${kind}`;
  toast.append(...content);
  dismissible(toast);
  messages.append(toast);
  return toast;
};
for (const toast of messages.querySelectorAll(".toast")) dismissible(toast);
document.addEventListener("click", (event) => {
  const toast = event.target.closest(".toasts .toast");
  if (toast && !event.target.closest("button, a")) toast.remove();
});

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  await navigator.clipboard.writeText(button.dataset.copy);
  const note = announce("success", button.dataset.copied);
  setTimeout(() => note.remove(), 4000);
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
});

// A password can be looked at while it is typed; it is never sent as a readable field.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-reveal]");
  if (!button) return;
  const field = document.getElementById(button.dataset.reveal);
  const shown = field.type === "password";
  field.type = shown ? "text" : "password";
  button.setAttribute("aria-pressed", String(shown));
});
document.addEventListener("submit", (event) => {
  for (const button of event.target.querySelectorAll("[data-reveal]")) {
    document.getElementById(button.dataset.reveal).type = "password";
  }
});

// The end of an idle session is announced two minutes before (or half-way, where sessions are shorter).
const { idleMinutes, idleNotice, idleStay } = document.body.dataset;
if (idleMinutes) {
  const minutes = Math.max(Number(idleMinutes) - 2, Number(idleMinutes) / 2);
  const warn = () => {
    const stay = document.createElement("button");
    stay.type = "button";
    stay.className = "quiet";
    stay.textContent = idleStay;
    const note = announce("warning", `${idleNotice} `, stay);
    stay.addEventListener("click", async () => {
      await fetch("/about");
      note.remove();
      setTimeout(warn, minutes * 60_000);
    });
  };
  setTimeout(warn, minutes * 60_000);
}

// Shortcuts of one key can be switched off: speech input would press them by accident.
const shortcuts = document.getElementById("shortcuts");
const shortcutsOn = document.getElementById("shortcuts-on");
try {
  shortcutsOn.checked = localStorage.getItem("shortcuts") !== "off";
  shortcutsOn.addEventListener("change", () => localStorage.setItem("shortcuts", shortcutsOn.checked ? "on" : "off"));
} catch {
  // A browser that stores nothing: the switch holds for this page.
}

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  if (opener) document.getElementById(opener.dataset.opens).showModal();
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || shortcuts.open) return;
  if (event.target.closest("input:not([type=checkbox]), textarea, select")) return;
  if (event.key === "Escape") messages.replaceChildren();
  if (!shortcutsOn.checked) return;
  if (event.key === "?") shortcuts.showModal();
  const search = event.key === "/" && document.querySelector("[type=search], form.filters input, form.filters select");
  if (search) {
    event.preventDefault();
    const folded = search.closest("details");
    if (folded) folded.open = true;
    search.focus();
  }
});

// Of forwardings that exclude each other the last one that was switched on stays, if somebody agrees.
for (const form of document.querySelectorAll("[data-excludes]")) {
  form.addEventListener("change", (event) => {
    const kind = event.target.closest("[data-kind]")?.dataset.kind;
    if (!kind || !event.target.matches("[type=checkbox]:checked")) return;
    const excluded = kind === form.dataset.excludes ? "[data-kind]" : `[data-kind="${form.dataset.excludes}"]`;
    const others = [...form.querySelectorAll(`${excluded} [type=checkbox]:checked`)].filter((each) => each !== event.target);
    if (!others.length) return;
    if (window.confirm(form.dataset.question)) for (const other of others) other.checked = false;
    else event.target.checked = false;
  });
}

// The contents of a document shrink to what is looked for.
const finder = document.querySelector("[data-finder]");
finder?.addEventListener("input", () => {
  const wanted = finder.value.trim().toLowerCase();
  for (const entry of finder.closest("details").querySelectorAll("nav > ul > li")) {
    const lines = [...entry.querySelectorAll("li")];
    const named = entry.querySelector("summary, a").textContent.toLowerCase().includes(wanted);
    for (const line of lines) line.hidden = !named && !line.textContent.toLowerCase().includes(wanted);
    entry.hidden = !named && lines.every((line) => line.hidden);
    const folded = entry.querySelector("details");
    if (folded) folded.open = wanted !== "" && !entry.hidden;
  }
});

// On wide screens the menu and the contents are always open; without script their summaries open them.
const wide = window.matchMedia("(min-width: 900px)");
for (const folded of document.querySelectorAll("details.menu, details[data-open-wide]")) {
  const follow = () => { folded.open = wide.matches; };
  wide.addEventListener("change", follow);
  follow();
}

// What is chosen in a list of several pages: all of a page at once, and the choice stays from page to page.
for (const form of document.querySelectorAll("form[data-choices]")) {
  const key = form.dataset.choices;
  const all = form.querySelector("[data-all]");
  const boxes = [...form.querySelectorAll("input[type=checkbox][name]")];
  const chosen = new Set(JSON.parse(sessionStorage.getItem(key) ?? "[]"));
  const show = () => {
    for (const box of boxes) box.checked = chosen.has(box.value);
    all.checked = boxes.every((box) => box.checked);
    form.querySelector("[data-count]").textContent = chosen.size ? ` (${chosen.size})` : "";
    sessionStorage.setItem(key, JSON.stringify([...chosen]));
  };
  form.addEventListener("change", (event) => {
    for (const box of event.target === all ? boxes : [event.target]) {
      if (event.target.checked) chosen.add(box.value);
      else chosen.delete(box.value);
    }
    show();
  });
  form.addEventListener("submit", () => {
    for (const box of boxes) chosen.delete(box.value);
    for (const value of chosen) {
      form.append(Object.assign(document.createElement("input"), { type: "hidden", name: boxes[0].name, value }));
    }
    sessionStorage.removeItem(key);
  });
  all.closest("label").hidden = false;
  show();
}

// The wizard opens the app at once where that is possible.
window.addEventListener("load", () => document.querySelector("[data-autoclick]")?.click());

// Scripts of an operator's own theme find the account of the dashboard here.
const facts = document.getElementById("account_infos");
if (facts) window.account_infos = { ...facts.dataset };
