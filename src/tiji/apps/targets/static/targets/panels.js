// Panels beside the planning grid: give out a difference with sliders, move an amount. The server does the sums.
const UI = window.UI;
const table = document.querySelector('[data-grid]');
const panel = document.getElementById('target-panel');
if (table?.planning && panel) start(table.planning);

function start(planning) {
  let opener = null;
  const place = () => {
    const at = opener?.isConnected ? opener.getBoundingClientRect() : table.getBoundingClientRect();
    const size = panel.getBoundingClientRect();
    const edge = 8;
    const below = at.bottom + 6 + size.height <= innerHeight - edge;
    panel.style.top = `${Math.max(edge, below ? at.bottom + 6 : Math.min(at.top - size.height - 6, innerHeight - size.height - edge))}px`;
    panel.style.left = `${Math.max(edge, Math.min(at.right - size.width, innerWidth - size.width - edge))}px`;
  };
  const close = () => panel.matches(':popover-open') && panel.hidePopover();
  UI.actions['panel-close'] = (button) => (button.closest('[popover]') ? close() : history.back());

  document.addEventListener('click', (event) => { const button = event.target.closest('[data-panel]'); if (button) opener = button; }, true);
  addEventListener('htmx:afterSwap', (event) => {
    if (event.detail.target !== panel || event.detail.xhr?.getResponseHeader('HX-Reswap') === 'none') return;
    const first = !panel.matches(':popover-open');
    if (first) panel.showPopover();
    place();
    if (first) (panel.querySelector('[data-slider]:not([disabled]), select, input:not([type=hidden]):not([disabled])') ?? panel.querySelector('h2'))?.focus();
  });
  panel.addEventListener('toggle', (event) => {
    if (event.newState !== 'closed') return;
    const cell = planning.at();
    panel.replaceChildren();
    if (opener?.isConnected) opener.focus(); else if (cell) planning.focus(cell);
  });
  addEventListener('tiji:saved', async () => {
    if (!panel.matches(':popover-open')) return;
    close();
    await planning.refresh();
  });

  // Sliders: what one takes the others give, in their proportions; the parts always come to the whole.
  const sliders = () => [...panel.querySelectorAll('[data-slider]:not([disabled])')];
  panel.addEventListener('input', (event) => {
    const moved = event.target.closest('[data-slider]');
    if (!moved) { share(event.target); return; }
    const all = sliders();
    const others = all.filter((one) => one !== moved);
    if (!others.length) moved.value = 100;
    const left = 100 - Number(moved.value);
    const before = others.map((one) => Number(one.dataset.was ?? one.value));
    const sum = before.reduce((total, value) => total + value, 0);
    let given = 0;
    const exact = before.map((value) => (sum ? (left * value) / sum : left / others.length));
    others.forEach((one, at) => { one.value = Math.floor(exact[at]); given += Math.floor(exact[at]); });
    const rest = exact.map((value, at) => [value - Math.floor(value), at]).sort((one, other) => other[0] - one[0]);
    for (let at = 0; at < left - given; at += 1) { const one = others[rest[at % rest.length][1]]; one.value = Number(one.value) + 1; }
    const gap = Number(panel.querySelector('[data-balance]').dataset.gap);
    all.forEach((one) => {
      one.style.setProperty('--p', `${one.value}%`);
      const part = (gap * Number(one.value)) / 100;
      const places = Math.abs(part) >= 100 || Number.isInteger(part) ? 0 : 1;
      one.closest('.rb').querySelector('[data-part]').textContent = `${part > 0 ? '+' : ''}${part.toFixed(places).replace('-', '−')}`;
    });
  });
  panel.addEventListener('change', () => sliders().forEach((one) => { one.dataset.was = one.value; }));

  // The slider of a move writes the amount; the server looks at it once the slider stands.
  function share(element) {
    if (!element.matches?.('[data-share]')) return;
    const form = element.closest('[data-move]');
    const whole = table.dataset.whole === 'yes';
    const part = (Number(form.dataset.most) * Number(element.value)) / 100;
    form.elements.amount.value = whole ? Math.round(part) : Math.round(part * 100) / 100;
    element.style.setProperty('--p', `${element.value}%`);
  }

  const move = () => {
    const cell = planning.at();
    if (!cell?.classList.contains('ok')) { UI.toast(planning.text('choose'), { tone: 'info' }); return; }
    opener = cell;
    const url = document.querySelector('[data-move-url]').dataset.moveUrl.replace('row/period', `${cell.parentElement.dataset.rowKey}/${cell.dataset.p}`);
    window.htmx.ajax('GET', `${url}?${new URLSearchParams({ view: table.dataset.view })}`, { target: '#target-panel' });
  };
  document.querySelector('[data-move-url]')?.addEventListener('click', move);
  table.tBodies[0].addEventListener('keydown', (event) => {
    const cell = event.target.closest('[data-p]');
    if (!cell || event.target !== cell || event.ctrlKey || event.metaKey || event.altKey || event.key.toLowerCase() !== 'm') return;
    event.preventDefault();
    move();
  });
}
