// Single-letter keys. Off in fields, while an input method composes, with modifier keys, and when the user turns them off.
const UI = window.UI;
const KEPT = 'tiji.keys';
let leader = 0;

const enabled = () => localStorage.getItem(KEPT) !== 'off';
const press = (key) => document.querySelector(`[data-key="${key}"]:not([aria-disabled=true])`);
const go = (key) => document.querySelector(`[data-go="${key}"]`);

UI.actions.keys = () => { const sheet = document.getElementById('keys'); if (sheet) UI.openDialog(sheet); };
UI.actions['keys-switch'] = (box) => setTimeout(() => localStorage.setItem(KEPT, box.checked ? 'on' : 'off'));
document.querySelectorAll('[data-act="keys-switch"]').forEach((box) => { box.checked = enabled(); });

const handle = (event) => {
  const key = event.key;
  if (Date.now() - leader < 1500) {
    leader = 0;
    const link = go(key.toLowerCase());
    if (link) { location.assign(link.href); return true; }
  }
  if (key === '?') { UI.actions.keys(); return true; }
  if (key === '/') { const search = document.querySelector('[data-page-search]'); if (search) search.focus(); else UI.actions.palette?.(); return true; }
  if (key === 'g') { leader = Date.now(); return true; }
  if (UI.listKey?.(event)) return true;
  const button = key.length === 1 && !event.shiftKey && press(key.toUpperCase());
  if (button) { button.click(); return true; }
  return false;
};

addEventListener('keydown', (event) => {
  if (event.defaultPrevented || event.isComposing || event.keyCode === 229 || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === 'Escape') { UI.clearSelection?.(); return; }
  if (!enabled() || UI.inField(event.target) || document.querySelector('dialog[open]') || event.target.closest?.('[data-keys="own"], [role=menu]')) return;
  if (handle(event)) event.preventDefault();
});
