// Lists: rows by J and K, opening, selecting one or a range, and the bar of what is done with them.
const UI = window.UI;
let at = null, anchor = null;

const list = () => document.querySelector('[data-list]');
const rows = () => [...(list()?.querySelectorAll('tr[data-row]') || [])];
const box = (row) => row?.querySelector('input[name=ids]');

const move = (row) => {
  at?.classList.remove('at');
  at = row;
  if (!row) return;
  row.classList.add('at');
  (row.querySelector('a') || row).focus({ preventScroll: true });
  row.scrollIntoView({ block: 'nearest' });
};

const tick = (row, on) => {
  const check = box(row);
  if (!check) return;
  check.checked = on;
  row.setAttribute('aria-selected', String(on));
};

const refresh = () => {
  const bar = document.getElementById('bulk');
  const chosen = rows().filter((row) => box(row)?.checked);
  const page = document.querySelector('[data-act="select-page"]');
  if (page) { page.checked = chosen.length > 0 && chosen.length === rows().length; page.indeterminate = chosen.length > 0 && !page.checked; }
  if (!bar) return;
  if (!chosen.length) all(false);
  bar.hidden = !chosen.length;
  bar.querySelector('[data-bulk-count]').textContent = bar.dataset.all ? bar.querySelector('[data-act="select-all"] .num').textContent : chosen.length;
};

const all = (on) => {
  const bar = document.getElementById('bulk');
  if (!bar) return;
  on ? (bar.dataset.all = '1') : delete bar.dataset.all;
  bar.querySelectorAll('#bulk-all, #bulk-filters').forEach((input) => { input.disabled = !on; });
  bar.querySelector('[data-act="select-all"]')?.setAttribute('aria-pressed', String(on));
};

const range = (from, to, on) => {
  const found = rows();
  const [low, high] = [found.indexOf(from), found.indexOf(to)].sort((one, other) => one - other);
  found.slice(Math.max(low, 0), high + 1).forEach((row) => tick(row, on));
};

const open = (row, event) => {
  if (!row?.dataset.href) return;
  if (event?.ctrlKey || event?.metaKey || event?.button === 1) window.open(row.dataset.href, '_blank');
  else location.assign(row.dataset.href);
};

UI.clearSelection = () => { if (document.querySelector('dialog[open]')) return; rows().forEach((row) => tick(row, false)); refresh(); };
UI.actions['bulk-clear'] = UI.clearSelection;
UI.actions['select-all'] = (button) => { all(button.getAttribute('aria-pressed') !== 'true'); rows().forEach((row) => tick(row, true)); refresh(); };
UI.actions['select-page'] = (page) => setTimeout(() => { all(false); rows().forEach((row) => tick(row, page.checked)); refresh(); });

UI.listKey = (event) => {
  const found = rows();
  if (!found.length) return false;
  const now = found.indexOf(at?.isConnected ? at : event.target.closest?.('tr[data-row]'));
  const key = event.key.toLowerCase();
  if (key === 'j') { move(found[Math.min(now + 1, found.length - 1)]); return true; }
  if (key === 'k') { move(found[Math.max(now - 1, 0)]); return true; }
  if (key === 'x' && now >= 0 && box(found[now])) {
    const on = !box(found[now]).checked;
    if (event.shiftKey && anchor?.isConnected) range(anchor, found[now], true); else { tick(found[now], on); anchor = found[now]; }
    refresh();
    return true;
  }
  if (event.key === 'Enter' && now >= 0 && !event.target.closest('a, button, input')) { open(found[now], event); return true; }
  return false;
};

addEventListener('change', (event) => {
  if (event.target.name !== 'ids') return;
  const row = event.target.closest('tr[data-row]');
  if (!row) return;
  tick(row, event.target.checked);
  anchor = row;
  refresh();
});
addEventListener('click', (event) => {
  const row = event.target.closest('tr[data-row]');
  if (!row) return;
  const check = event.target.closest('input[name=ids]');
  if (check && event.shiftKey && anchor?.isConnected) { range(anchor, row, check.checked); refresh(); return; }
  if (event.target.closest('a, button, input, label, select, summary') || getSelection()?.toString()) return;
  if (event.target.closest('td.ck')) { box(row)?.click(); return; }
  open(row, event);
});
UI.onLoad(() => { at = null; refresh(); });
