// The charts of a sales company, in the forms of the design language.
const { define, axis, color, fade, tooltip, number, short } = window.UI.charts;

const label = (css, more = {}) => ({ color: css('--ink-3'), fontSize: 11, ...more });
const money = (value) => (value == null ? '—' : short(value));
// Figures that are in the column's unit already: no second unit behind them.
const plain = (value) => (value == null ? '—' : number(value, Number.isInteger(value) ? 0 : 1));

define('ring', (data, css) => {
  const ring = { type: 'gauge', startAngle: 90, endAngle: -270, radius: '96%', center: ['50%', '50%'] };
  const off = { show: false };
  return {
    tooltip: undefined,
    series: [
      { ...ring, pointer: off, progress: { show: true, roundCap: true, width: 13, itemStyle: { color: color(data.tone ? `${data.tone}-solid` : 'c1') } }, axisLine: { roundCap: true, lineStyle: { width: 13, color: [[1, css('--line-soft')]] } }, splitLine: off, axisTick: off, axisLabel: off, title: off,
        data: [{ value: Math.min(100, (data.value || 0) * 100) }],
        detail: { offsetCenter: [0, 0], formatter: `{v|${data.center ?? '—'}}\n{s|${data.sub ?? ''}}\n{t|${data.note ?? ''}}`, rich: { v: { fontSize: 27, fontWeight: 650, color: css('--ink'), lineHeight: 32 }, s: { fontSize: 12, color: css('--ink-2'), fontWeight: 600, lineHeight: 18 }, t: { fontSize: 11, color: css('--ink-3'), lineHeight: 16 } } } },
      ...(data.mark == null ? [] : [{ ...ring, min: 0, max: 100, axisLine: off, axisTick: off, splitLine: off, axisLabel: off, detail: off, anchor: off, pointer: { icon: 'rect', width: 3, length: 19, offsetCenter: [0, '-81%'], itemStyle: { color: css('--ink'), borderColor: css('--card'), borderWidth: 1.5 } }, data: [{ value: data.mark * 100 }] }]),
    ],
  };
});

define('pace', (data, css) => {
  const names = data.names || {}, texts = data.texts || {}, days = data.days || data.actual.map((_, at) => at);
  const last = days.length - 1, shown = Object.keys(data.labels || {}).map(Number);
  const end = (values, text, tone, lower = 0) => (text && values ? { symbol: 'circle', symbolSize: 1, silent: true, label: { show: true, position: 'right', formatter: text, distance: 4, offset: [0, lower], ...label(css, { color: css(tone) }) }, data: [{ coord: [last, values[last]] }] } : undefined);
  const near = data.high && data.target && Math.abs(data.high[last] / data.target - 1) < 0.07;
  const line = (name, values, style, more = {}) => ({ name, type: 'line', data: values, showSymbol: false, lineStyle: style, ...more });
  const series = [];
  if (data.last_year) series.push(line(names.last_year, data.last_year, { width: 1.2, color: css('--line-strong') }, { silent: true }));
  if (data.ideal) series.push(line(names.ideal, data.ideal, { width: 1.3, type: [3, 4], color: css('--ink-4') }));
  if (data.low) series.push(line(names.low, data.low, { width: 1.4, color: css('--c1'), opacity: 0.7 }, { stack: 'band', markPoint: end(data.low, texts.low, '--brand-ink') }));
  if (data.low && data.high) series.push(line(names.high, data.high.map((value, at) => (value == null ? null : value - data.low[at])), { width: 1, color: css('--c1'), opacity: 0.35, type: 'dashed' }, { stack: 'band', areaStyle: { color: css('--c1'), opacity: 0.13 }, markPoint: end(data.high, texts.high, '--ink-3', near ? 6 : 0) }));
  series.push(line(names.actual, data.actual, { width: 2.2, color: css('--c1') }, {
    z: 5,
    areaStyle: { color: { type: 'linear', x: 0, y: 0, x2: 0, y2: 1, colorStops: [{ offset: 0, color: fade(css('--c1'), 0.2) }, { offset: 1, color: fade(css('--c1'), 0) }] } },
    markPoint: data.today == null || data.actual[data.today] == null ? undefined : { symbol: 'circle', symbolSize: 9, itemStyle: { color: css('--c1'), borderColor: css('--card'), borderWidth: 2 }, label: { show: !!texts.today, position: data.today > last / 3 ? 'left' : 'top', distance: 8, formatter: texts.today, color: css('--ink'), fontWeight: 600, fontSize: 11 }, data: [{ coord: [data.today, data.actual[data.today]] }] },
    markLine: data.target ? { silent: true, symbol: 'none', lineStyle: { color: css('--ink-3'), type: 'solid', width: 1 }, label: { show: !!texts.target, formatter: texts.target, color: css('--ink-2'), fontSize: 11, position: 'end', distance: 4 }, data: [{ yAxis: data.target }] } : undefined,
  }));
  return {
    grid: { left: 4, right: texts.target || texts.low ? 74 : 12, top: 14, bottom: 4, outerBoundsMode: 'same' },
    tooltip: tooltip({ trigger: 'axis', valueFormatter: plain }),
    xAxis: axis.cat(days, { boundaryGap: false, axisLabel: { ...label(css), interval: (at) => shown.includes(at), formatter: (_, at) => (data.labels || {})[at] ?? '' } }),
    yAxis: axis.val({ max: data.max, minInterval: 1, axisLabel: { ...label(css), formatter: (value) => number(value) } }),
    series,
  };
});

define('funnel', (data, css) => {
  const ramp = ['st1', 'st2', 'st3', 'st4', 'st5'], count = data.steps.length;
  return {
    tooltip: tooltip({ trigger: 'item', formatter: (at) => `${at.name}: ${number(at.value)}${data.unit ? ' ' + data.unit : ''}` }),
    series: [{ type: 'funnel', left: 0, right: data.labelled ? '30%' : 0, top: 2, bottom: 2, min: 0, max: Math.max(1, ...data.steps.map((step) => step.value)), minSize: '6%', maxSize: '100%', gap: 3, sort: 'none', label: data.labelled ? { show: true, position: 'right', color: css('--ink-2'), fontSize: 12, formatter: (at) => `${at.name}  ${number(at.value)}` } : { show: false }, labelLine: { length: 12, lineStyle: { color: css('--line-strong') } }, itemStyle: { borderWidth: 0, borderRadius: 3 },
      data: data.steps.map((step, at) => ({ name: step.name, value: step.value, href: step.href, itemStyle: { color: color(step.color || (at === count - 1 ? 'st-won' : ramp[Math.min(at, 4)])) } })) }],
  };
});

define('forecast', (data, css) => ({
  tooltip: tooltip({ trigger: 'item', valueFormatter: money }),
  grid: { left: 0, right: 0, top: 0, bottom: 0 },
  xAxis: { type: 'value', show: false, max: 'dataMax' },
  yAxis: { type: 'category', show: false, data: [''] },
  series: [
    ...data.parts.map((part) => ({ name: part.name, type: 'bar', stack: 'all', barWidth: '100%', data: [part.value], itemStyle: { color: color(part.color), borderColor: css('--card'), borderWidth: 1 }, label: { show: true, color: css('--on-solid'), fontWeight: 600, formatter: () => (part.value ? part.text || short(part.value) : '') } })),
    ...(data.gap > 0 ? [{ name: data.gap_name, type: 'bar', stack: 'all', data: [data.gap], itemStyle: { color: css('--bad-soft'), borderColor: css('--bad-line'), decal: { symbol: 'rect', dashArrayX: [1, 0], dashArrayY: [2, 4], rotation: -Math.PI / 4, color: css('--bad-line') } } }] : []),
  ],
}));

define('waterfall', (data, css) => {
  let level = 0;
  const bars = data.steps.map((step) => {
    const from = step.kind === 'total' ? 0 : level;
    level = step.kind === 'total' ? step.value : level + step.value;
    return { ...step, low: Math.min(from, level), high: Math.max(from, level), level };
  });
  const tone = { total: 'c1', plus: 'good-solid', minus: 'bad-solid', hold: 'warn-solid' };
  const ink = { total: '--ink', plus: '--good', minus: '--bad', hold: '--warn' };
  const kind = (bar) => bar.kind || (bar.value < 0 ? 'minus' : 'plus');
  return {
    grid: { left: 4, right: 8, top: 26, bottom: 4, outerBoundsMode: 'same' },
    tooltip: tooltip({ trigger: 'item', formatter: (at) => `${at.name}: ${bars[at.dataIndex].text ?? number(bars[at.dataIndex].value)}${data.unit ? ' ' + data.unit : ''}` }),
    xAxis: axis.cat(bars.map((bar) => bar.name), { axisLabel: { ...label(css, { color: css('--ink-2') }), interval: 0, width: 84, overflow: 'break' } }),
    yAxis: axis.val(),
    series: [
      { type: 'bar', stack: 'w', silent: true, itemStyle: { color: 'transparent' }, data: bars.map((bar) => (bar.low < 0 ? 0 : bar.low)) },
      { type: 'bar', stack: 'w', barWidth: '52%', data: bars.map((bar) => ({ value: bar.high - Math.max(bar.low, 0), href: bar.href, itemStyle: { color: color(tone[kind(bar)]), borderRadius: 3 }, label: { show: true, position: 'top', fontSize: 11, fontWeight: 600, color: css(ink[kind(bar)]), formatter: bar.text ?? (kind(bar) !== 'total' && bar.value > 0 ? '+' : '') + number(bar.value) } })) },
      { type: 'custom', silent: true, tooltip: { show: false }, data: bars.slice(0, -1).map((bar, at) => [at, bar.level]), renderItem: (_, api) => {
        const [x, y] = api.coord([api.value(0), api.value(1)]), wide = api.size([1, 0])[0];
        return { type: 'line', shape: { x1: x + wide * 0.26, y1: y, x2: x + wide * 0.74, y2: y }, style: { stroke: css('--ink-4'), lineDash: [3, 3], lineWidth: 1 } };
      } },
    ],
  };
});

define('ageing', (data, css) => {
  const ramp = ['sev1', 'sev2', 'sev3', 'sev4'], ratio = data.line;
  return {
    grid: { left: 4, right: ratio?.text ? 64 : 8, top: 12, bottom: 4, outerBoundsMode: 'same' },
    tooltip: tooltip({ trigger: 'axis', formatter: (at) => at.map((one) => `${one.marker}${one.seriesName} ${one.seriesType === 'line' ? number(one.value * 100, 1) + '%' : money(one.value)}`).join('<br>') }),
    xAxis: axis.cat(data.labels),
    yAxis: [axis.val(), { type: 'value', show: false, min: 0, max: ratio ? Math.max(...ratio.values, ratio.limit || 0) * 1.35 || 1 : 1 }],
    series: [
      ...data.series.map((one, at) => ({ name: one.name, type: 'bar', stack: 'age', barWidth: '50%', data: one.values, itemStyle: { color: color(one.color || ramp[Math.min(at, 3)]), borderColor: css('--card'), borderWidth: 1, borderRadius: 2 } })),
      ...(ratio ? [{ name: ratio.name, type: 'line', yAxisIndex: 1, data: ratio.values, symbol: 'circle', symbolSize: 5, lineStyle: { color: css('--ink'), width: 1.6 }, itemStyle: { color: css('--ink') },
        markPoint: { symbol: 'circle', symbolSize: 1, silent: true, label: { show: true, position: 'right', formatter: number(ratio.values[ratio.values.length - 1] * 100, 1) + '%', color: css('--ink'), fontWeight: 600, fontSize: 11 }, data: [{ coord: [data.labels.length - 1, ratio.values[ratio.values.length - 1]] }] },
        markLine: ratio.limit ? { silent: true, symbol: 'none', lineStyle: { color: css('--bad-solid'), type: 'dashed', width: 1 }, label: { formatter: ratio.text || '', color: css('--bad'), fontSize: 11, position: 'end' }, data: [{ yAxis: ratio.limit }] } : undefined }] : []),
    ],
  };
});

const values = (data, css) => ({
  grid: { left: 4, right: data.horizontal ? 48 : 10, top: 12, bottom: 4, outerBoundsMode: 'same' },
  tooltip: tooltip({ trigger: 'axis', axisPointer: { type: data.lines ? 'line' : 'shadow' }, valueFormatter: data.percent ? (value) => number(value * 100, 1) + '%' : money }),
});
define('bars', (data, css) => {
  const cat = axis.cat(data.labels, { inverse: !!data.horizontal, axisLine: data.horizontal ? { show: false } : undefined, axisLabel: label(css, { color: css('--ink-2') }) });
  const val = axis.val(data.horizontal ? { show: false } : {});
  return {
    ...values(data, css),
    xAxis: data.horizontal ? val : cat,
    yAxis: data.horizontal ? cat : val,
    series: data.series.map((one, at) => ({ name: one.name, type: 'bar', stack: data.stacked ? 'all' : undefined, data: one.values, barMaxWidth: 22, itemStyle: { color: color(one.color, `c${at + 1}`), borderRadius: 3 }, label: { show: !!data.horizontal && !data.stacked, position: 'right', color: css('--ink-2'), fontSize: 11, formatter: (bar) => money(bar.value) } })),
  };
});
define('lines', (data, css) => ({
  ...values({ ...data, lines: true }, css),
  xAxis: axis.cat(data.labels, { boundaryGap: false }),
  yAxis: axis.val(data.percent ? { axisLabel: { ...label(css), formatter: (value) => number(value * 100) + '%' } } : {}),
  series: data.series.map((one, at) => ({ name: one.name, type: 'line', data: one.values, showSymbol: false, lineStyle: { width: one.dashed ? 1.3 : 2, type: one.dashed ? [3, 4] : 'solid', color: color(one.color, `c${at + 1}`) }, itemStyle: { color: color(one.color, `c${at + 1}`) }, areaStyle: one.area ? { color: color(one.color, `c${at + 1}`), opacity: 0.12 } : undefined })),
}));
define('heat', (data, css) => {
  const top = Math.max(1, ...data.cells.map((cell) => cell[2] || 0)), hot = css(`--${data.color || 'bad-solid'}`);
  return {
    grid: { left: 4, right: 4, top: 24, bottom: 4, outerBoundsMode: 'same' },
    tooltip: tooltip({ formatter: (at) => `${data.rows[at.value[1]]} · ${data.columns[at.value[0]]}: ${at.data.text}` }),
    xAxis: axis.cat(data.columns, { position: 'top', axisLine: { show: false } }),
    yAxis: axis.cat(data.rows, { inverse: true, axisLine: { show: false }, axisLabel: label(css, { color: css('--ink-2') }) }),
    series: [{ type: 'heatmap', data: data.cells.map(([x, y, value, text]) => ({ value: [x, y, value], text: text ?? short(value || 0), itemStyle: { color: value ? fade(hot, 0.08 + 0.92 * (value / top)) : css('--sunken') }, label: { color: value / top > 0.55 ? css('--on-solid') : css('--ink') } })), label: { show: true, fontSize: 11, formatter: (at) => at.data.text }, itemStyle: { borderColor: css('--card'), borderWidth: 3, borderRadius: 5 } }],
  };
});
