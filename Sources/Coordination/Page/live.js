// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

// What pages that keep themselves up to date have in common: takes over only what differs, so that focus, selection, what
// was typed and what was opened stay; says how old what is shown is, and tells readers who listen only what has changed.
"use strict";

document.documentElement.classList.add("js");

const staleAfter = 10000;
const newsEvery = 3000;
const live = document.getElementById("live");
let lastAnswer = Date.now();
// How far the server's clock is ahead of this one.
let ahead = 0;
let lastNews = 0;
let nextNews = null;
let wasStale = false;
let lastAsked = 0;
let isAsking = false;
let asksAgain = false;

function keyOf(node) {
  return node.nodeType === Node.ELEMENT_NODE ? node.dataset.key : undefined;
}

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
  takeChildren(node, [...wanted.childNodes]);
}

/** What has a key stays itself wherever it goes; the others are taken for each other in their order. */
function takeChildren(node, wanted) {
  const keys = new Set(wanted.map(keyOf));
  const known = new Map();
  for (const child of [...node.childNodes]) {
    const key = keyOf(child);
    if (key === undefined) continue;
    if (keys.has(key)) known.set(key, child);
    else child.remove();
  }
  let at = node.firstChild;
  const next = () => {
    const here = at;
    at = at.nextSibling;
    return here;
  };
  for (const child of wanted) {
    const key = keyOf(child);
    const match = known.get(key);
    if (match) {
      // Rather what lies before it goes than that itself is moved, which would cost it its focus.
      while (at && at !== match && keyOf(at) === undefined) next().remove();
      if (at === match) at = at.nextSibling;
      else node.insertBefore(match, at);
      take(match, child);
    } else if (key === undefined && at && keyOf(at) === undefined) {
      take(next(), child);
    } else {
      node.insertBefore(child, at);
    }
  }
  while (at) next().remove();
}

/** Takes over the main part of a page, with the focus where it was or, where that is gone, at the part. */
function takeMain(text) {
  const main = document.getElementById("main");
  const wanted = new DOMParser().parseFromString(text, "text/html").getElementById("main");
  const focused = document.activeElement;
  const before = main.dataset.title;
  take(main, document.adoptNode(wanted));
  if (main.contains(focused) === false && focused.isConnected === false) main.focus({ preventScroll: true });
  lastAnswer = Date.now();
  ahead = Number(main.dataset.now) - lastAnswer;
  if (main.dataset.title !== before) tell(main.dataset.title);
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

/** Tells readers who listen, the last word where there are many. */
function tell(text) {
  const speak = () => {
    lastNews = Date.now();
    write(document.getElementById("news"), text);
  };
  clearTimeout(nextNews);
  nextNews = setTimeout(speak, Math.max(0, lastNews + newsEvery - Date.now()));
}

/** Says how old the page is, and all ages on it. */
function show() {
  const now = Date.now();
  const isStale = now - lastAnswer > staleAfter;
  const time = new Date(lastAnswer).toLocaleTimeString();
  if (document.body.classList.toggle("stale", isStale) !== wasStale) {
    wasStale = isStale;
    tell(isStale ? "Not up to date" : "Up to date again");
  }
  write(live, isStale ? `Not up to date: no answer since ${time}` : `Live, updated ${time}`);
  for (const element of document.querySelectorAll("time[data-age]")) {
    write(element, `${span(now + ahead - Date.parse(element.dateTime))} ago`);
  }
  document.title = `${isStale ? "Not up to date" : document.getElementById("main").dataset.title} - synchronization`;
}

/** Asks for the main part of the page, once more behind a question that is under way. */
async function askFor(path) {
  if (isAsking) {
    asksAgain = true;
    return;
  }
  isAsking = true;
  lastAsked = Date.now();
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), 8000);
  try {
    const answer = await fetch(path, { cache: "no-store", signal: limit.signal });
    if (answer.ok) takeMain(await answer.text());
  } catch {
    // Told by the mark that shows how old the page is.
  } finally {
    clearTimeout(timer);
    isAsking = false;
  }
  show();
  if (asksAgain) {
    asksAgain = false;
    setTimeout(() => askFor(path), 500);
  }
}
