// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

// Keeps the page up to date: hears of changes, or asks where it cannot, and takes over only what differs, so that focus,
// selection and what was opened stay. Without this script the page reloads by itself.
"use strict";

document.documentElement.classList.add("js");

const staleAfter = 10000;
const askEvery = 5000;
const live = document.getElementById("live");
let events = null;
let lastAsked = 0;
let lastAnswer = Date.now();
let isAsking = false;
let asksAgain = false;
// How far the server's clock is ahead of this one.
let ahead = Number(document.getElementById("main").dataset.now) - Date.now();

/** Makes a node like another one, changing only what differs. */
function take(node, wanted) {
  if (node.nodeType !== wanted.nodeType || node.nodeName !== wanted.nodeName) {
    node.replaceWith(wanted);
    return;
  }
  if (node.nodeType === Node.TEXT_NODE) {
    if (node.data !== wanted.data) node.data = wanted.data;
    return;
  }
  for (const { name } of [...node.attributes]) {
    // Whether a part is open is the reader's.
    if (!wanted.hasAttribute(name) && !(node.nodeName === "DETAILS" && name === "open")) node.removeAttribute(name);
  }
  for (const { name, value } of wanted.attributes) {
    if (node.getAttribute(name) !== value) node.setAttribute(name, value);
  }
  const children = [...wanted.childNodes];
  while (node.childNodes.length > children.length) node.lastChild.remove();
  children.forEach((child, index) => {
    if (index < node.childNodes.length) take(node.childNodes[index], child);
    else node.append(child);
  });
}

async function ask() {
  if (isAsking) {
    asksAgain = true;
    return;
  }
  isAsking = true;
  lastAsked = Date.now();
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), 8000);
  try {
    const answer = await fetch("/page/main", { cache: "no-store", signal: limit.signal });
    if (answer.ok) {
      const text = await answer.text();
      const wanted = new DOMParser().parseFromString(text, "text/html").getElementById("main");
      take(document.getElementById("main"), document.adoptNode(wanted));
      lastAnswer = Date.now();
      ahead = Number(wanted.dataset.now) - lastAnswer;
    }
  } catch {
    // Told by the mark that shows how old the page is.
  } finally {
    clearTimeout(timer);
    isAsking = false;
  }
  show();
  if (asksAgain) {
    asksAgain = false;
    setTimeout(ask, 500);
  }
}

function span(milliseconds) {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7200) return `${Math.floor(seconds / 60)} min`;
  return seconds < 172800 ? `${Math.floor(seconds / 3600)} h` : `${Math.floor(seconds / 86400)} d`;
}

function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function show() {
  const now = Date.now();
  const isStale = now - lastAnswer > staleAfter;
  document.body.classList.toggle("stale", isStale);
  const time = new Date(lastAnswer).toLocaleTimeString();
  write(live, isStale ? `Not up to date: no answer since ${time}` : `Live, updated ${time}`);
  for (const element of document.querySelectorAll("time[data-age]")) {
    write(element, `${span(now + ahead - Date.parse(element.dateTime))} ago`);
  }
  document.title = `${isStale ? "Not up to date" : document.getElementById("main").dataset.title} - synchronization`;
}

/** Asks once, and with the token, before something is done. */
function askFirst(question, reach, path, options) {
  const dialog = document.getElementById("ask");
  write(document.getElementById("question"), question);
  write(document.getElementById("reach"), reach);
  write(document.getElementById("answer"), "");
  dialog.querySelector("form").onsubmit = async event => {
    event.preventDefault();
    const token = document.getElementById("token");
    try {
      const headers = { "Sync-Action-Token": token.value, "Content-Type": "application/json" };
      const answer = await fetch(path, { ...options, headers });
      if (!answer.ok) throw new Error(await answer.text());
      token.value = "";
      dialog.close();
      ask();
    } catch (error) {
      write(document.getElementById("answer"), `Not done: ${error.message}`);
    }
  };
  dialog.showModal();
}

document.getElementById("no").addEventListener("click", () => document.getElementById("ask").close());
document.addEventListener("click", event => {
  const mapping = event.target.closest("button[data-release]")?.dataset.release;
  if (mapping === undefined) return;
  askFirst(`Release ${mapping}?`, "It goes on where it stands.", `/api/holds/${encodeURIComponent(mapping)}`, {
    method: "DELETE",
  });
});
document.addEventListener("submit", event => {
  if (event.target.id !== "hold") return;
  event.preventDefault();
  const { mapping, reason } = event.target.elements;
  const reach = mapping.selectedOptions[0].dataset.reach;
  askFirst(`Hold ${mapping.value}?`, reach, `/api/holds/${encodeURIComponent(mapping.value)}`, {
    method: "POST",
    body: JSON.stringify({ reason: reason.value }),
  });
});

function listen() {
  if (events || document.hidden || !window.EventSource) return;
  events = new EventSource("/api/events");
  events.addEventListener("changed", ask);
  events.addEventListener("error", () => {
    // A browser comes again by itself, but not to a server that refused it.
    if (events && events.readyState === EventSource.CLOSED) {
      events = null;
      setTimeout(listen, 30000);
    }
  });
}

function tick() {
  if (!document.hidden && Date.now() - lastAsked > askEvery + 1000) ask();
  show();
}

document.addEventListener("visibilitychange", () => {
  if (document.hidden) {
    if (events) events.close();
    events = null;
  } else {
    ask();
    listen();
  }
});
window.addEventListener("pagehide", () => {
  if (events) events.close();
  events = null;
});
setInterval(tick, 1000);
listen();
ask();
