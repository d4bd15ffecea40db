// The board: drag with the mouse (SortableJS), with the keyboard, or by menu; drops are decided by the server.
const UI = window.UI;
let lifted = null;
let last = null;
// The card that a dialog or its undo is about: the page loads again behind it, and the focus comes back to the card.
const KEPT = 'tiji-board-card';
let asked = null;
let picked = null; // the lane that a phone shows

const board = () => document.querySelector('[data-board]');
const words = (key, values = {}) => Object.entries(values).reduce((all, [name, value]) => all.replace(`%(${name})s`, value), board()?.dataset[`text${key}`] || '');
const say = (key, values) => UI.say(words(key, values));
const at = (template, id) => template.replace('/0/', `/${id}/`);
const laneOf = (card) => card.closest('[data-lane]');
const reload = () => window.htmx.ajax('GET', location.pathname + location.search, { target: '#board', swap: 'outerHTML' });

function putBack(card, home) {
  const cards = home.lane.querySelector('[data-cards]');
  cards.insertBefore(card, home.before && home.before.parentNode === cards ? home.before : null);
}

function refuse(card, home, answer) {
  putBack(card, home);
  card.classList.remove('busy');
  card.classList.add('shake');
  card.addEventListener('animationend', () => card.classList.remove('shake'), { once: true });
  setTimeout(() => card.classList.remove('shake'), 900);
  const text = `${board().dataset.textRefused} ${answer.message}`;
  UI.say(text);
  UI.toast?.(text, { tone: 'bad' });
  card.focus({ preventScroll: true });
}

async function drop(card, lane, home) {
  card.classList.add('busy');
  const name = card.dataset.name;
  const body = { stage: lane.dataset.lane, version: card.dataset.version };
  let response;
  try {
    response = await UI.post(at(board().dataset.drop, card.dataset.deal), body);
  } catch {
    refuse(card, home, { message: UI.text('offline') });
    return;
  }
  if (response.ok) {
    const { version } = await response.json();
    UI.toast(words('Dropped', { deal: name, lane: lane.dataset.name }), { undo: () => takeBack(card.dataset, home.lane.dataset, version) });
    last = card.dataset.deal;
    await reload();
    return;
  }
  const answer = await response.json().catch(() => ({ message: UI.text('failed') }));
  refuse(card, home, answer);
  if (answer.ask) {
    asked = card.dataset.deal;
    const url = `${at(board().dataset.move, card.dataset.deal)}?stage=${lane.dataset.lane}`;
    window.htmx.ajax('GET', url, { target: '#dialog' });
  } else if (response.status === 409) {
    reload();
  }
}

// A move is never rubbed out: taking it back is a move of its own, in the ledger like any other.
async function takeBack({ deal, name }, { lane, name: place }, version) {
  const response = await UI.post(at(board().dataset.drop, deal), { stage: lane, version, undo: 1 }).catch(() => null);
  last = deal;
  await reload();
  if (response?.ok) { say('Undone', { deal: name, lane: place }); return; }
  const answer = await response?.json().catch(() => null);
  UI.toast(`${board().dataset.textRefused} ${answer?.message || UI.text(response ? 'failed' : 'offline')}`, { tone: 'bad' });
}

function close(zone, card, home) {
  putBack(card, home);
  asked = card.dataset.deal;
  window.htmx.ajax('GET', at(zone.dataset.url, card.dataset.deal), { target: '#dialog' });
}

function setUp(root) {
  const here = root.matches?.('[data-board]') ? root : root.querySelector?.('[data-board]');
  if (!here || here.dataset.ready) return;
  here.dataset.ready = '1';
  pickLanes(here);
  if (here.dataset.mayMove !== '1' || !window.Sortable) return;
  const bar = here.querySelector('[data-dropbar]');
  let home = null;
  const shared = {
    group: 'deals', animation: matchMedia('(prefers-reduced-motion: reduce)').matches ? 0 : 120, draggable: '.deal', filter: 'a, button', preventOnFilter: false,
    delay: 180, delayOnTouchOnly: true, ghostClass: 'ghost', sort: true, scroll: true,
    onStart(event) {
      home = { lane: laneOf(event.from), before: event.item.nextElementSibling };
      if (bar) bar.hidden = false;
    },
    onMove(event) {
      here.querySelectorAll('.over').forEach((one) => one.classList.remove('over'));
      (event.to.closest('[data-lane]') || event.to.closest('[data-zone]'))?.classList.add('over');
    },
    onEnd(event) {
      here.querySelectorAll('.over').forEach((one) => one.classList.remove('over'));
      if (bar) bar.hidden = true;
      const zone = event.to.closest('[data-zone]');
      const lane = event.to.closest('[data-lane]');
      if (zone) close(zone, event.item, home);
      else if (lane && lane !== home.lane) drop(event.item, lane, home);
      else putBack(event.item, home);
    },
  };
  here.querySelectorAll('[data-cards]').forEach((cards) => new window.Sortable(cards, shared));
  here.querySelectorAll('[data-zone]').forEach((zone) => new window.Sortable(zone, { group: { name: 'deals', put: true, pull: false }, sort: false, draggable: '.deal' }));
  if (!last) [asked, picked] = JSON.parse(sessionStorage.getItem(KEPT) || '[null, null]');
  last ||= asked;
  sessionStorage.removeItem(KEPT);
  const moved = last && here.querySelector(`[data-deal="${last}"]`);
  showLane(here, moved ? laneOf(moved).dataset.lane : picked);
  if (moved) moved.focus({ preventScroll: false });
  last = null;
}
addEventListener('tiji:saved', () => { if (asked && board()) sessionStorage.setItem(KEPT, JSON.stringify([asked, picked])); });
addEventListener('click', (event) => {
  const card = event.target.closest('.deal .mv')?.closest('.deal');
  if (card) asked = card.dataset.deal;
}, true);

// One lane at a time on a phone.
function pickLanes(here) {
  here.querySelectorAll('[data-lane-pick]').forEach((button) => button.addEventListener('click', () => showLane(here, button.dataset.lanePick)));
}
function showLane(here, key) {
  if (!here.querySelector(`[data-lane-pick="${key}"]`)) return;
  picked = key;
  here.querySelectorAll('[data-lane-pick]').forEach((one) => {
    const on = one.dataset.lanePick === key;
    one.classList.toggle('on', on);
    one.setAttribute('aria-pressed', String(on));
  });
  here.querySelectorAll('[data-lane]').forEach((lane) => lane.classList.toggle('picked', lane.dataset.lane === key));
}

// Keyboard: Space lifts, arrows choose lane and place, Enter drops, Escape puts back; J and K walk the cards.
function lift(card) {
  lifted = { card, home: { lane: laneOf(card), before: card.nextElementSibling } };
  card.classList.add('lifted');
  card.setAttribute('aria-roledescription', 'lifted');
  say('Lifted', { deal: card.dataset.name });
}
function lay() {
  const { card } = lifted;
  card.classList.remove('lifted');
  card.removeAttribute('aria-roledescription');
  const held = lifted;
  lifted = null;
  return held;
}
function shift(by) {
  const lanes = [...board().querySelectorAll('[data-lane]')];
  const to = lanes[lanes.indexOf(laneOf(lifted.card)) + by];
  if (!to) return;
  to.querySelector('[data-cards]').prepend(lifted.card);
  lifted.card.focus();
  lifted.card.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  say('Over', { deal: lifted.card.dataset.name, lane: to.dataset.name });
}
function reorder(by) {
  const { card } = lifted;
  const other = by < 0 ? card.previousElementSibling : card.nextElementSibling;
  if (!other?.matches('.deal')) return;
  if (by < 0) other.before(card); else other.after(card);
  card.focus();
}
const whileLifted = {
  ArrowLeft: () => shift(-1), ArrowRight: () => shift(1), ArrowUp: () => reorder(-1), ArrowDown: () => reorder(1),
  Enter: () => { const { card, home } = lay(); const lane = laneOf(card); if (lane === home.lane) putBack(card, home); else drop(card, lane, home); },
  ' ': () => whileLifted.Enter(),
  Escape: () => { const { card, home } = lay(); putBack(card, home); card.focus(); say('Cancelled', { deal: card.dataset.name, lane: home.lane.dataset.name }); },
};
const walk = (card, by) => {
  const cards = [...board().querySelectorAll('.deal')].filter((one) => one.offsetParent);
  cards[cards.indexOf(card) + by]?.focus();
};
addEventListener('keydown', (event) => {
  const card = event.target.closest?.('.deal');
  if (!card || !board() || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (lifted) {
    const act = whileLifted[event.key];
    if (event.key === 'Tab') whileLifted.Escape();
    else if (act) { event.preventDefault(); event.stopPropagation(); act(); }
    return;
  }
  if (event.target !== card) return;
  if (event.key === ' ' && board().dataset.mayMove === '1') { event.preventDefault(); event.stopPropagation(); lift(card); }
  else if (event.key === 'Enter') { event.preventDefault(); card.querySelector('a')?.click(); }
  else if (['j', 'ArrowDown'].includes(event.key)) { event.preventDefault(); event.stopPropagation(); walk(card, 1); }
  else if (['k', 'ArrowUp'].includes(event.key)) { event.preventDefault(); event.stopPropagation(); walk(card, -1); }
}, true);

UI.onLoad(setUp);
addEventListener('load', () => setUp(document.body));
