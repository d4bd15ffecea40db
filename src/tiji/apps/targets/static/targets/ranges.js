// Ranges of the planning grid: choose with Shift or the mouse, copy, paste a block, fill by handle or Ctrl D / Ctrl R.
const UI = window.UI;
const table = document.querySelector('[data-grid]');
if (table?.planning) start(table, table.planning);

function start(grid, planning) {
  const body = grid.tBodies[0];
  const { text, nameOf, rows, cells, focus, save, pending } = planning;
  let anchor = null; // where the range begins, as a cell's name
  let head = null; // where it ends
  let filling = null; // the range that a drag of the handle fills from

  const place = (cell) => {
    const row = cell?.parentElement;
    return row ? [rows().indexOf(row), cells(row).indexOf(cell)] : [-1, -1];
  };
  const box = (one, other) => {
    const [a, b] = [place(one), place(other)];
    if (a[0] < 0 || b[0] < 0) return null;
    return { top: Math.min(a[0], b[0]), bottom: Math.max(a[0], b[0]), left: Math.min(a[1], b[1]), right: Math.max(a[1], b[1]) };
  };
  const inside = (area) => rows().slice(area.top, area.bottom + 1).map((row) => cells(row).slice(area.left, area.right + 1));
  const area = () => (anchor && head ? box(planning.cellOf(anchor), planning.cellOf(head)) : null);
  const isMany = (one) => Boolean(one) && (one.top !== one.bottom || one.left !== one.right);
  grid.range = () => (isMany(area()) ? inside(area()).flat() : []);

  const CLASSES = ['sel', 'x-t', 'x-b', 'x-l', 'x-r', 'fill'];
  const paint = (shown = area()) => {
    body.querySelectorAll('.sel, .fill').forEach((cell) => cell.classList.remove(...CLASSES));
    if (!shown) return;
    const lines = inside(shown);
    if (isMany(shown)) lines.forEach((line, down) => line.forEach((cell, right) => {
      cell.classList.add('sel');
      cell.classList.toggle('x-t', down === 0);
      cell.classList.toggle('x-b', down === lines.length - 1);
      cell.classList.toggle('x-l', right === 0);
      cell.classList.toggle('x-r', right === line.length - 1);
    }));
    const corner = lines.at(-1)?.at(-1);
    if (corner && lines.flat().some((cell) => cell.classList.contains('ok'))) corner.classList.add('fill');
  };
  const choose = (from, to) => {
    anchor = from && nameOf(from);
    head = to && nameOf(to);
    paint();
    const now = area();
    if (isMany(now)) UI.say(`${now.bottom - now.top + 1} × ${now.right - now.left + 1} ${text('chosen')}`);
  };
  body.addEventListener('focusin', (event) => {
    const cell = event.target.closest('[data-p]');
    if (cell && event.target === cell && !body.dataset.choosing) choose(cell, cell);
  });
  new MutationObserver(() => paint()).observe(body, { childList: true });

  // The keyboard

  body.addEventListener('keydown', (event) => {
    const cell = event.target.closest('[data-p]');
    if (!cell || planning.editing() || event.isComposing) return;
    const arrows = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
    const key = event.key.toLowerCase();
    if (event.shiftKey && arrows[event.key] && !event.altKey && !event.ctrlKey) {
      event.preventDefault();
      const [row, column] = place(planning.cellOf(head) ?? cell);
      const into = cells(rows()[row + arrows[event.key][0]] ?? rows()[row])[column + arrows[event.key][1]];
      if (into) { choose(planning.cellOf(anchor) ?? cell, into); into.scrollIntoView({ block: 'nearest', inline: 'nearest' }); }
    } else if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && (key === 'd' || key === 'r')) {
      event.preventDefault();
      fill(key === 'd');
    } else if (event.key === 'Escape' && isMany(area())) {
      event.preventDefault();
      event.stopImmediatePropagation();
      choose(cell, cell);
    }
  }, true);

  // Writing into many cells is one act, which one undo takes back.
  const write = (pairs, action) => {
    let skipped = 0;
    pairs.forEach(([cell, typed]) => {
      if (cell?.classList.contains('ok')) pending.set(nameOf(cell), typed); else skipped += 1;
    });
    if (skipped) UI.toast(`${skipped} ${text('skipped')}`, { tone: 'info' });
    if (pending.size) save(action);
  };
  const valueOf = (cell) => pending.get(nameOf(cell)) ?? cell.dataset.v ?? '';
  // Down: the first row of the range into the others, or the row above into it; right likewise with columns.
  function fill(down) {
    const now = area();
    if (!now) return;
    const source = { ...now };
    if (down && now.top === now.bottom) source.top -= 1;
    if (!down && now.left === now.right) source.left -= 1;
    if (source.top < 0 || source.left < 0) return;
    const lines = inside(source);
    const pairs = lines.flatMap((line, row) => line.map((cell, column) => [cell, down ? lines[0][column] : line[0], down ? row : column]));
    write(pairs.filter(([, , at]) => at > 0).map(([cell, from]) => [cell, valueOf(from)]), 'fill');
  }
  // The handle: the range again and again into what it was dragged over.
  function repeat(from, to) {
    const lines = inside(from);
    const pairs = [];
    inside(to).forEach((line, row) => line.forEach((cell, column) => {
      const [down, right] = [to.top + row - from.top, to.left + column - from.left];
      const isSource = down >= 0 && down < lines.length && right >= 0 && right < lines[0].length;
      if (!isSource) pairs.push([cell, valueOf(lines[((down % lines.length) + lines.length) % lines.length][((right % lines[0].length) + lines[0].length) % lines[0].length])]);
    }));
    write(pairs, 'fill');
  }

  // The mouse

  const atHandle = (cell, event) => {
    if (!cell?.classList.contains('fill')) return false;
    const at = cell.getBoundingClientRect();
    return event.clientX > at.right - 10 && event.clientY > at.bottom - 10;
  };
  const under = (event) => document.elementFromPoint(event.clientX, event.clientY)?.closest?.('[data-grid] [data-p]');
  body.addEventListener('pointerdown', (event) => {
    const cell = event.target.closest('[data-p]');
    if (!cell || event.button || event.pointerType === 'touch' || event.target.closest('input, button')) return;
    grid.dragged = false;
    if (atHandle(cell, event)) {
      event.preventDefault();
      filling = area();
    } else if (event.shiftKey && anchor) {
      event.preventDefault();
      choose(planning.cellOf(anchor), cell);
      return;
    }
    body.dataset.choosing = 'yes';
    const start = filling ? null : cell;
    const move = (moved) => {
      const over = under(moved);
      if (!over || (!filling && over === start && !grid.dragged)) return;
      grid.dragged = true;
      if (!filling) { getSelection()?.removeAllRanges(); choose(start, over); return; }
      const [row, column] = place(over);
      paint(stretch(filling, row, column));
    };
    const end = (moved) => {
      removeEventListener('pointermove', move);
      removeEventListener('pointerup', end);
      delete body.dataset.choosing;
      const over = under(moved);
      if (filling && over) {
        const to = stretch(filling, ...place(over));
        const from = filling;
        filling = null;
        const lines = inside(to);
        anchor = nameOf(lines[0][0]);
        head = nameOf(lines.at(-1).at(-1));
        paint();
        if (grid.dragged) repeat(from, to);
      } else if (grid.dragged && start) {
        const last = over ?? planning.cellOf(head);
        body.dataset.choosing = 'yes';
        focus(start);
        delete body.dataset.choosing;
        choose(start, last);
      }
      filling = null;
      setTimeout(() => { grid.dragged = false; }, 0);
    };
    addEventListener('pointermove', move);
    addEventListener('pointerup', end);
  });
  // A handle goes along one side: the one it was dragged over further.
  const stretch = (from, row, column) => {
    const down = row > from.bottom ? row - from.bottom : row < from.top ? row - from.top : 0;
    const right = column > from.right ? column - from.right : column < from.left ? column - from.left : 0;
    if (Math.abs(down) >= Math.abs(right)) return { ...from, top: Math.min(from.top, row), bottom: Math.max(from.bottom, row) };
    return { ...from, left: Math.min(from.left, column), right: Math.max(from.right, column) };
  };

  // Copy and paste, to and from a spreadsheet

  const focused = () => document.activeElement?.closest?.('[data-grid] [data-p]');
  addEventListener('copy', (event) => {
    const cell = focused();
    if (!cell || planning.editing() || !getSelection()?.isCollapsed) return;
    const now = area() ?? box(cell, cell);
    event.clipboardData?.setData('text/plain', inside(now).map((line) => line.map(valueOf).join('\t')).join('\n'));
    event.preventDefault();
    UI.say(text('copied'));
  });
  addEventListener('paste', (event) => {
    const editing = planning.editing();
    const cell = editing ?? focused();
    const block = event.clipboardData?.getData('text/plain') ?? '';
    const lines = block.replace(/\r?\n$/, '').split(/\r?\n/).map((line) => line.split('\t').map((one) => one.trim()));
    const isOne = lines.length === 1 && lines[0].length === 1;
    if (!cell || (isOne && editing)) return;
    event.preventDefault();
    if (editing) planning.stopEditing();
    const now = area();
    if (isOne && isMany(now)) { write(inside(now).flat().map((into) => [into, lines[0][0]]), 'paste'); return; }
    const [top, left] = isMany(now) ? [now.top, now.left] : place(cell);
    const shown = rows();
    write(lines.flatMap((line, down) => line.map((typed, right) => [shown[top + down] && cells(shown[top + down])[left + right], typed])), 'paste');
    focus(cell);
  });
}
