// The planning grid: fold and move, type into cells, undo. The server works out the rest.
const UI = window.UI;
const grid = document.querySelector('[data-grid]');
if (grid) start(grid);

function start(table) {
  const body = table.tBodies[0];
  const text = (key) => table.dataset['text' + key[0].toUpperCase() + key.slice(1)] || '';
  const pending = new Map(); // "u1|2026-M11" → what was typed and is not saved yet
  let editor = null;
  let at = null; // the cell with the focus, by name
  let nudge = 0;
  let sending = false;

  const nameOf = (cell) => `${cell.parentElement.dataset.rowKey}|${cell.dataset.p}`;
  const cellOf = (name) => {
    const [row, period] = name.split('|');
    return document.getElementById(`row-${row}`)?.querySelector(`[data-p="${period}"]`);
  };
  const rows = () => [...body.rows].filter((row) => !row.hidden);
  const cells = (row) => [...row.querySelectorAll('[data-p]')];

  const focus = (cell) => {
    if (!cell) return;
    if (at) cellOf(at)?.setAttribute('tabindex', '-1');
    at = nameOf(cell);
    cell.tabIndex = 0;
    cell.focus({ preventScroll: false });
  };
  const step = (cell, down, right) => {
    const shown = rows();
    const line = shown[shown.indexOf(cell.parentElement) + down];
    if (!line) return;
    focus(cells(line)[cells(cell.parentElement).indexOf(cell) + right]);
  };

  // Folding

  const below = (row) => [...body.rows].filter((one) => one.dataset.parent === row.dataset.rowKey);
  const fold = (row, open) => {
    row.setAttribute('aria-expanded', String(open));
    below(row).forEach((one) => { one.hidden = !open; if (one.hasAttribute('aria-expanded')) fold(one, open && one.getAttribute('aria-expanded') === 'true'); });
  };
  const reveal = (row) => { if (row.hasAttribute('aria-expanded')) fold(row, row.getAttribute('aria-expanded') === 'true'); };
  // Of a large plan only what shows is sent; the rest comes when it is opened.
  const insert = (after, keys, found) => {
    let last = after;
    keys.filter((key) => found[key] && !document.getElementById(`row-${key}`)).forEach((key) => {
      const holder = document.createElement('tbody');
      holder.innerHTML = found[key];
      const fresh = holder.rows[0];
      fresh.hidden = false;
      while (last.nextElementSibling && Number(last.nextElementSibling.getAttribute('aria-level')) > Number(fresh.getAttribute('aria-level'))) last = last.nextElementSibling;
      last.after(fresh);
      last = fresh;
      window.htmx?.process(fresh);
    });
  };
  const unfold = async (row) => {
    if (below(row).length || table.dataset.complete === 'yes') { fold(row, true); return; }
    UI.say(text('loading'));
    row.setAttribute('aria-busy', 'true');
    const response = await fetch(`${table.dataset.rowsUrl}?${new URLSearchParams({ of: row.dataset.rowKey, view: table.dataset.view })}`).catch(() => null);
    row.removeAttribute('aria-busy');
    if (!response?.ok) { UI.toast(text('failed'), { tone: 'bad' }); return; }
    const answer = await response.json();
    insert(row, answer.order, answer.rows);
    fold(row, true);
  };
  body.addEventListener('click', (event) => {
    const button = event.target.closest('[data-fold]');
    if (!button) return;
    const row = button.closest('tr');
    if (row.getAttribute('aria-expanded') === 'true') fold(row, false); else unfold(row);
  });
  // All rows are here: levels fold at once; else the links load the page of that level.
  const levels = [...document.querySelectorAll('[data-level]')];
  if (table.dataset.complete === 'yes') levels.forEach((link) => link.addEventListener('click', (event) => {
    event.preventDefault();
    const level = link.dataset.level;
    levels.forEach((one) => (one === link ? one.setAttribute('aria-current', 'true') : one.removeAttribute('aria-current')));
    history.replaceState(null, '', link.href);
    [...body.rows].forEach((row) => {
      const person = row.dataset.rowKey[0] === 'p';
      row.hidden = Boolean(row.dataset.parent) && ((person && level !== 'person') || (level === 'region' && Number(row.getAttribute('aria-level')) > 2));
    });
    [...body.rows].forEach((row) => { if (row.hasAttribute('aria-expanded')) row.setAttribute('aria-expanded', String(below(row).some((one) => !one.hidden))); });
  }));

  // Typing

  const tip = document.createElement('div');
  tip.className = 'celltip';
  tip.setAttribute('role', 'alert');
  tip.id = 'cell-message';
  tip.hidden = true;
  document.body.append(tip);
  const complain = (cell, message) => {
    cell.setAttribute('aria-invalid', 'true');
    cell.setAttribute('aria-describedby', 'cell-message');
    tip.textContent = message;
    tip.hidden = false;
    const box = cell.getBoundingClientRect();
    tip.style.left = `${Math.max(8, Math.min(box.left, innerWidth - 310))}px`;
    tip.style.top = `${box.bottom + 4}px`;
    UI.say(message);
  };
  const calm = () => {
    tip.hidden = true;
    body.querySelectorAll('[aria-invalid]').forEach((cell) => { cell.removeAttribute('aria-invalid'); cell.removeAttribute('aria-describedby'); });
  };

  const mark = () => pending.forEach((typed, name) => {
    const cell = cellOf(name);
    if (cell && !cell.querySelector('input')) { cell.dataset.shown ??= cell.firstChild.textContent; cell.classList.add('pend'); cell.firstChild.textContent = typed || '–'; }
  });
  const refuse = (cell) => UI.toast(cell.classList.contains('lk') ? text('closed') : text('read'), { tone: 'info' });

  const open = (cell, first) => {
    if (!cell.classList.contains('ok')) { refuse(cell); return; }
    if (editor) close(false);
    const input = document.createElement('input');
    input.type = 'text';
    input.inputMode = 'decimal';
    input.autocomplete = 'off';
    input.value = first ?? pending.get(nameOf(cell)) ?? cell.dataset.v;
    input.setAttribute('aria-label', `${cell.parentElement.querySelector('.nm').textContent} ${cell.dataset.p}`);
    cell.append(input);
    editor = { cell, input, name: nameOf(cell) };
    input.focus();
    if (first === undefined) input.select();
    input.addEventListener('keydown', onKey);
    input.addEventListener('blur', () => { if (editor?.input === input) close(true); });
  };
  const close = (keep) => {
    const { cell, input, name } = editor;
    editor = null;
    const typed = input.value.trim();
    input.remove();
    if (keep && typed !== (cell.dataset.v || '')) { pending.set(name, typed); save(); } else if (keep && pending.has(name)) { pending.set(name, typed); save(); }
    return cell;
  };
  const onKey = (event) => {
    if (event.isComposing || event.keyCode === 229) return;
    const moves = { Enter: [event.shiftKey ? -1 : 1, 0], ArrowUp: [-1, 0], ArrowDown: [1, 0], Tab: [0, event.shiftKey ? -1 : 1] };
    event.stopPropagation();
    if (event.key === 'Escape') {
      event.preventDefault();
      pending.delete(editor.name);
      const cell = close(false);
      calm();
      cell.classList.remove('pend');
      cell.firstChild.textContent = cell.dataset.shown ?? cell.firstChild.textContent;
      focus(cell);
      UI.say(text('cancelled'));
    } else if (moves[event.key] && !event.altKey) {
      event.preventDefault();
      const cell = close(true);
      step(cell, ...moves[event.key]);
      if (!document.activeElement?.dataset?.p) focus(cell);
    }
  };

  const swap = (answer) => {
    const held = at;
    Object.entries(answer.rows || {}).forEach(([key, html]) => {
      const old = document.getElementById(`row-${key}`);
      if (!old || old.outerHTML === html) return;
      const holder = document.createElement('tbody');
      holder.innerHTML = html;
      const fresh = holder.rows[0];
      fresh.hidden = old.hidden;
      if (old.hasAttribute('aria-expanded')) fresh.setAttribute('aria-expanded', old.getAttribute('aria-expanded'));
      fresh.classList.add('flash');
      if (editor && old.contains(editor.cell)) {
        const into = fresh.querySelector(`[data-p="${editor.cell.dataset.p}"]`);
        const input = editor.input;
        editor = null;
        const typed = input.value;
        old.replaceWith(fresh);
        open(into, typed);
      } else old.replaceWith(fresh);
      window.htmx?.process(fresh);
    });
    if (answer.tags !== undefined) {
      const tags = document.getElementById('target-tags');
      tags.innerHTML = answer.tags;
      window.htmx?.process(tags);
    }
    if (answer.version) table.dataset.version = answer.version;
    const undo = document.querySelector('[data-undo]');
    if (undo && answer.undo !== undefined) undo.toggleAttribute('aria-disabled', !answer.undo), answer.undo || undo.setAttribute('aria-disabled', 'true');
    if (held && !editor) { const cell = cellOf(held); if (cell && !document.activeElement?.closest?.('dialog, input, select, textarea')) focus(cell); }
  };

  const have = () => (table.dataset.complete === 'yes' ? '' : [...body.rows].map((row) => row.dataset.rowKey).join(','));
  async function refresh() {
    const response = await fetch(`${table.dataset.rowsUrl}?${new URLSearchParams({ have: have(), view: table.dataset.view })}`).catch(() => null);
    if (response?.ok) swap(await response.json());
  }
  async function post(url, data) {
    const response = await UI.post(url, { ...data, version: table.dataset.version, view: table.dataset.view, have: have() });
    const answer = await response.json().catch(() => ({}));
    return { ok: response.ok, status: response.status, answer };
  }

  async function save(action = '') {
    mark();
    if (sending || !pending.size) return;
    sending = true;
    const sent = new Map(pending);
    sent.forEach((_typed, name) => cellOf(name)?.setAttribute('aria-busy', 'true'));
    let found;
    try {
      found = await post(table.dataset.url, { cells: JSON.stringify([...sent].map(([name, typed]) => [...name.split('|'), typed])), action });
    } catch {
      found = null;
    }
    sending = false;
    body.querySelectorAll('[aria-busy]').forEach((cell) => cell.removeAttribute('aria-busy'));
    if (!found || (!found.ok && !found.answer.message)) { UI.toast(text('failed'), { tone: 'bad' }); return; }
    if (found.ok) {
      calm();
      sent.forEach((typed, name) => { if (pending.get(name) === typed) pending.delete(name); const cell = cellOf(name); cell?.classList.remove('pend'); });
      swap(found.answer);
      UI.say(`${text('saved')} ${found.answer.said}`);
      if (pending.size) save();
    } else if (found.status === 409) {
      swap(found.answer);
      mark();
      UI.toast(`${found.answer.message} ${text('kept')}`, { tone: 'info' });
    } else {
      const where = found.answer.cell && cellOf(`${found.answer.cell[0]}|${found.answer.cell[1]}`);
      const cell = where || cellOf([...sent.keys()][0]);
      mark();
      if (cell) { open(cell, pending.get(nameOf(cell))); complain(cell, found.answer.message); } else UI.toast(found.answer.message, { tone: 'bad' });
    }
  }

  async function undo() {
    if (sending) return;
    const found = await post(table.dataset.undoUrl, {});
    if (found.ok) { swap(found.answer); UI.say(found.answer.message); } else UI.toast(found.answer.message || text('failed'), { tone: 'info' });
  }
  document.querySelector('[data-undo]')?.addEventListener('click', (event) => { if (event.currentTarget.getAttribute('aria-disabled') !== 'true') undo(); });

  // ±1 % waits for the last press, then is one act.
  const percent = (cell, sign) => {
    if (!cell.classList.contains('ok')) { refuse(cell); return; }
    const now = pending.get(nameOf(cell)) ?? cell.dataset.v;
    const value = Number(String(now).replaceAll(',', ''));
    if (!now || !Number.isFinite(value)) return;
    const whole = table.dataset.whole === 'yes';
    const moved = value * (1 + sign / 100);
    pending.set(nameOf(cell), String(whole ? Math.max(0, Math.round(moved)) : Math.round(moved * 100) / 100));
    mark();
    clearTimeout(nudge);
    nudge = setTimeout(save, 400);
  };

  body.addEventListener('focusin', (event) => {
    const cell = event.target.closest('[data-p]');
    if (!cell || event.target !== cell) return;
    if (at && at !== nameOf(cell)) cellOf(at)?.setAttribute('tabindex', '-1');
    at = nameOf(cell);
    cell.tabIndex = 0;
  });
  // A press chooses, a second one on the same cell edits, as in a spreadsheet.
  let pressed = null;
  body.addEventListener('pointerdown', (event) => { pressed = document.activeElement === event.target.closest('[data-p]') ? document.activeElement : null; });
  body.addEventListener('click', (event) => {
    const cell = event.target.closest('[data-p]');
    if (!cell || event.target.closest('input, button') || event.shiftKey || grid.dragged) return;
    const again = pressed === cell;
    focus(cell);
    if (again && cell.classList.contains('ok')) open(cell);
  });
  body.addEventListener('keydown', (event) => {
    const cell = event.target.closest('[data-p]');
    if (!cell || editor || event.isComposing) return;
    const arrows = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
    if (event.altKey && (event.key === 'ArrowUp' || event.key === 'ArrowDown')) { event.preventDefault(); chosen(cell).forEach((one) => percent(one, event.key === 'ArrowUp' ? 1 : -1)); return; }
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (arrows[event.key]) { event.preventDefault(); step(cell, ...arrows[event.key]); } else if (event.key === 'Home' || event.key === 'End') { event.preventDefault(); focus(cells(cell.parentElement).at(event.key === 'Home' ? 0 : -1)); } else if (event.key === 'Enter' || event.key === 'F2') { event.preventDefault(); if (pending.size && pending.has(nameOf(cell)) && event.key === 'Enter') save(); else open(cell); } else if (event.key === 'Delete' || event.key === 'Backspace') {
      event.preventDefault();
      const open = chosen(cell).filter((one) => one.classList.contains('ok'));
      if (!open.length) { refuse(cell); return; }
      open.forEach((one) => pending.set(nameOf(one), ''));
      save();
    } else if (event.key === 'Escape' && pending.size) { pending.clear(); location.reload(); } else if (/^[0-9.\-]$/.test(event.key)) { event.preventDefault(); open(cell, event.key); }
  });
  addEventListener('keydown', (event) => {
    if ((event.ctrlKey || event.metaKey) && !event.shiftKey && event.key.toLowerCase() === 'z' && !UI.inField(event.target) && !document.querySelector('dialog[open]')) {
      const button = document.querySelector('[data-undo]');
      if (button && button.getAttribute('aria-disabled') !== 'true') { event.preventDefault(); undo(); }
    }
  });
  addEventListener('beforeunload', (event) => { if (pending.size) event.preventDefault(); });

  // What the other scripts of this page build on: ranges.js chooses and fills, panels.js moves and rebalances.
  const chosen = (cell) => (grid.range?.() ?? []).length ? grid.range() : [cell];
  Object.assign(table, { planning: { text, nameOf, cellOf, rows, cells, focus, refuse, save, refresh, pending, at: () => (at ? cellOf(at) : null), editing: () => editor?.cell ?? null, stopEditing: () => editor && close(false) } });

  const firstCell = body.querySelector('tr:not([hidden]) [data-p]');
  if (firstCell) firstCell.tabIndex = 0, at = nameOf(firstCell);
  [...body.rows].forEach((row) => { if (!row.dataset.parent) reveal(row); });
}
