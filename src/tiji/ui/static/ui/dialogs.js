// Native dialogs filled by htmx, and native popovers placed at the button that opens them.
const UI = window.UI;
const dialog = () => document.getElementById('dialog');

UI.openDialog = (element) => {
  if (element.open) return;
  element.returnTo = document.activeElement;
  element.showModal();
};
UI.closeDialog = (element) => {
  element.close();
};

addEventListener('htmx:afterSwap', (event) => {
  const element = dialog();
  if (event.detail.target !== element || !element.innerHTML.trim()) return;
  UI.openDialog(element);
  if (event.detail.xhr?.status === 422) return;
  const first = element.querySelector('[autofocus]') || element.querySelector('.dlg-body :is(input:not([type=hidden]), select, textarea):not([disabled])') || element.querySelector('h2');
  first?.focus();
});
addEventListener('tiji:dialog-close', () => UI.closeDialog(dialog()));

document.querySelectorAll('dialog.modal').forEach((element) => {
  element.addEventListener('close', () => {
    if (element.id === 'dialog') element.innerHTML = '';
    element.returnTo?.isConnected && element.returnTo.focus();
    const toasts = element.querySelector('#toasts');
    if (toasts) document.body.append(toasts);
  });
  // A press on the backdrop closes what has nothing typed in it.
  let pressed = null;
  element.addEventListener('pointerdown', (event) => { pressed = event.target; });
  element.addEventListener('click', (event) => {
    if (event.target === element && pressed === element && !element.querySelector('form[data-dirty]')) UI.closeDialog(element);
  });
});
addEventListener('input', (event) => event.target.form?.setAttribute('data-dirty', ''), true);
UI.actions['dialog-close'] = (button, event) => {
  const open = button.closest('dialog');
  if (open) {
    event.preventDefault(); // a link leads onward from a page of its own only
    UI.closeDialog(open);
  } else if (button.localName === 'a') return;
  else if (history.length > 1) history.back();
  else location.assign([...document.querySelectorAll('nav.crumb a')].pop()?.href || '/');
};

// Popovers: below their button, or above when there is no room; arrow keys walk through menus.
const place = (panel, button) => {
  const at = button.getBoundingClientRect(), size = panel.getBoundingClientRect(), edge = 8;
  const below = at.bottom + 4 + size.height <= innerHeight - edge || at.top < size.height;
  panel.style.top = Math.max(edge, below ? Math.min(at.bottom + 4, innerHeight - size.height - edge) : at.top - size.height - 4) + 'px';
  panel.style.left = Math.max(edge, Math.min(at.left, innerWidth - size.width - edge)) + 'px';
};
addEventListener('toggle', (event) => {
  const panel = event.target;
  if (!panel.matches?.('[popover]')) return;
  const button = document.querySelector(`[popovertarget="${panel.id}"]`);
  button?.setAttribute('aria-expanded', String(event.newState === 'open'));
  if (event.newState !== 'open' || !button) return;
  place(panel, button);
  panel.querySelector('input:not([type=hidden]), [role=menuitem], button, a')?.focus();
}, true);
addEventListener('scroll', (event) => {
  if (event.target === document) document.querySelectorAll('[popover]:popover-open').forEach((panel) => panel.hidePopover());
}, true);
addEventListener('keydown', (event) => {
  const menu = event.target.closest?.('[role=menu]');
  if (!menu || !['ArrowDown', 'ArrowUp', 'Home', 'End'].includes(event.key)) return;
  event.preventDefault();
  const items = [...menu.querySelectorAll('[role=menuitem]')];
  const now = items.indexOf(document.activeElement);
  const next = { ArrowDown: now + 1, ArrowUp: now - 1, Home: 0, End: items.length - 1 }[event.key];
  items[(next + items.length) % items.length]?.focus();
});
addEventListener('click', (event) => event.target.closest('.menu [role=menuitem]')?.closest('[popover]')?.hidePopover());
