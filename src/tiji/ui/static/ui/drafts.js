// Unsaved entries of a form with data-draft are kept on this device and come back after a reload; gone once saved.
const UI = window.UI;
const key = (form) => `tiji.draft:${form.dataset.draft}:${form.getAttribute('action')}`;
const SECRET = /password|csrf|token|code/i;

const labels = (form) => [...form.querySelectorAll('[data-lookup]')].map((box) => [`${box.querySelector('[type=hidden]').name}.label`, box.querySelector('[role=combobox]').value]);
const fields = (form, name) => [...form.elements].filter((field) => field.name === name);
// Rows of a typed table repeat their names: there an empty value holds its place, so that the k-th stays the k-th.
const repeats = (form, name) => fields(form, name.replace(/\.label$/, '')).filter((field) => !/radio|checkbox/.test(field.type)).length > 1;
const entries = (form) => [...new FormData(form), ...labels(form)].filter(([name, value]) => !SECRET.test(name) && typeof value === 'string' && (value !== '' || repeats(form, name)));
const all = (kept, name) => kept.filter(([other]) => other === name).map(([, value]) => value);
const grow = (form, kept) => form.querySelectorAll('template[data-row-new]').forEach((template) => {
  const name = template.content.querySelector('[name]:not([form])')?.name;
  const body = template.parentElement.querySelector('tbody');
  for (let at = fields(form, name).length; body && at < all(kept, name).length; at += 1) {
    const holder = document.createElement('tbody');
    holder.innerHTML = template.innerHTML.replaceAll('__n__', `d${at}`);
    body.append(...holder.children);
    window.htmx.process(body.lastElementChild);
  }
});

const restore = (form) => {
  if (form.dataset.restored) return;
  form.dataset.restored = '1';
  const kept = JSON.parse(localStorage.getItem(key(form)) || 'null');
  if (!kept || form.querySelector('[aria-invalid=true]')) return;
  const before = JSON.stringify(entries(form));
  grow(form, kept);
  for (const name of new Set(kept.map(([name]) => name))) {
    const values = all(kept, name), many = repeats(form, name);
    for (const [at, field] of fields(form, name).entries()) {
      const value = many ? values[at] : values[0];
      if (value === undefined) continue;
      if (field.type === 'checkbox' || field.type === 'radio') field.checked = field.checked || values.includes(field.value);
      else if (field.type !== 'file') field.value = value;
      const lookup = field.type === 'hidden' && field.closest('[data-lookup]');
      if (lookup) lookup.querySelector('[role=combobox]').value = all(kept, `${name}.label`)[many ? at : 0] || '';
    }
  }
  if (JSON.stringify(entries(form)) !== before) {
    const toast = UI.toast(UI.text('restored'), { tone: 'info' });
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'b';
    button.textContent = UI.text('discard');
    button.addEventListener('click', () => { localStorage.removeItem(key(form)); form.reset(); toast.remove(); });
    toast.querySelector('.grow').after(button);
  }
};

let timer = 0, waiting = null;
const keep = (form) => { if (form?.isConnected && form.dataset.draft) localStorage.setItem(key(form), JSON.stringify(entries(form))); };
const later = (event) => {
  const form = event.target.form || event.target.closest?.('form');
  if (!form?.dataset.draft) return;
  clearTimeout(timer);
  waiting = form;
  timer = setTimeout(now, 250);
};
const now = () => { clearTimeout(timer); keep(waiting); waiting = null; };
addEventListener('input', later);
addEventListener('change', later);
addEventListener('htmx:beforeRequest', (event) => { if (event.detail.requestConfig?.verb === 'post') keep(event.detail.elt.closest?.('form[data-draft]')); });
// Whoever leaves within that moment loses nothing either.
addEventListener('pagehide', () => { if (waiting) now(); });
const done = (form) => { clearTimeout(timer); waiting = null; if (form?.dataset?.draft) localStorage.removeItem(key(form)); };
addEventListener('htmx:afterRequest', (event) => { const form = event.detail.requestConfig?.elt?.closest?.('form[data-draft]'); if (form && event.detail.xhr.status < 400 && event.detail.requestConfig.verb === 'post') done(form); });
// A plain post leaves the page: the draft goes when the next page is not the form with errors again.
addEventListener('submit', (event) => { const form = event.target; if (form.dataset.draft && !form.hasAttribute('hx-post')) sessionStorage.setItem('tiji.sent', key(form)); });
UI.onLoad((at) => {
  const sent = sessionStorage.getItem('tiji.sent');
  if (sent && at === document.body) {
    sessionStorage.removeItem('tiji.sent');
    if (!document.querySelector('form [aria-invalid=true], form [role=alert]')) localStorage.removeItem(sent);
  }
  at.querySelectorAll?.('form[data-draft]').forEach(restore);
});
