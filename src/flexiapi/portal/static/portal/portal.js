// Comforts only: every page works without this file.
"use strict";

document.documentElement.classList.add("has-script");

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-autosubmit]")) event.target.form.requestSubmit();
});

// Browsers let pages write to the clipboard over TLS only.
if (!navigator.clipboard) for (const button of document.querySelectorAll("[data-copy]")) button.hidden = true;

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  await navigator.clipboard.writeText(button.dataset.copy);
  const status = document.querySelector(".toasts");
  const note = document.createElement("p");
  note.className = "toast success";
  note.textContent = button.dataset.copied;
  status.append(note);
  setTimeout(() => note.remove(), 4000);
});

// The end of an idle session is announced two minutes before (or half-way, where sessions are shorter).
const { idleMinutes, idleNotice, idleStay } = document.body.dataset;
if (idleMinutes) {
  const minutes = Math.max(Number(idleMinutes) - 2, Number(idleMinutes) / 2);
  const announce = () => {
    const note = document.createElement("p");
    note.className = "toast warning";
    const stay = document.createElement("button");
    stay.type = "button";
    stay.className = "quiet";
    stay.textContent = idleStay;
    stay.addEventListener("click", async () => {
      await fetch("/about");
      note.remove();
      setTimeout(announce, minutes * 60_000);
    });
    note.append(`${idleNotice} `, stay);
    document.querySelector(".toasts").append(note);
  };
  setTimeout(announce, minutes * 60_000);
}

// Messages go away by a click.
document.addEventListener("click", (event) => {
  const toast = event.target.closest(".toasts .toast");
  if (toast && !event.target.closest("button, a")) toast.remove();
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.target.closest("input, textarea, select")) return;
  const search = document.querySelector("[type=search]");
  if (search) {
    event.preventDefault();
    search.focus();
  }
});

// On wide screens the menu is always open; without script the summary opens it.
const menu = document.querySelector("details.menu");
if (menu) {
  const wide = window.matchMedia("(min-width: 900px)");
  const follow = () => { menu.open = wide.matches; };
  wide.addEventListener("change", follow);
  follow();
}

// The wizard opens the app at once where that is possible.
window.addEventListener("load", () => document.querySelector("[data-autoclick]")?.click());

// Scripts of an operator's own theme find the account of the dashboard here.
const facts = document.getElementById("account_infos");
if (facts) window.account_infos = { ...facts.dataset };
