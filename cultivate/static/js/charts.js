// Draws the charts of a page. Data stands beside the chart as
//   <div class="chart" id="ID"></div> <script type="application/json" data-chart="ID" data-kind="KIND">…</script>
// (macro ui.chart). Colours are names: discover serve recommend certify accent bad muted, or #rrggbb.
//
// KIND "line":   {"series": [{"name": "…", "color": "certify", "points": [["2026-01-01", 873], …], "step": true, "dashed": true,
//                             "hrefs": ["/…", …]}],                     hrefs: one an entry of points, opened by a click
//                 "bands": [{"name": "…", "color": "certify", "points": [["2026-12-31", 884, 926], …]}],   low and high
//                 "marks": [{"on": "2025-12-31", "label": "…"}],        upright lines
//                 "levels": [{"value": 1000, "label": "…"}],            level lines
//                 "from": "2026-01-01", "to": "2026-12-31", "zero": false}
// KIND "bars":   {"categories": ["…"], "series": [{"name": "…", "color": "serve", "values": [1, 2], "hrefs": ["/…"]}],
//                 "horizontal": false, "stacked": false, "labels": true}
// KIND "funnel": {"stages": [{"account": "discover", "label": "…", "value": 1204, "note": "…", "href": "/…"}]}
//                bars of true length from zero; note stands behind the number (share passed, median days)
(() => {
  "use strict";

  const COLORS = {
    discover: "#8c9bb0", serve: "#2f7fd1", recommend: "#e39b1f", certify: "#1f9d6b",
    accent: "#1b5fa8", bad: "#c4432f", muted: "#8a94a1",
  };
  const INK = "#1d2530";
  const SOFT = "#566170";
  const LINE = "#e3e7ec";
  const FONT = getComputedStyle(document.body).fontFamily;
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const number = (value) => (value === null || value === undefined ? "—" : Number(value).toLocaleString("en-US"));
  const colour = (name, fallback) => COLORS[name] || name || COLORS[fallback];
  const narrow = (box) => box.clientWidth < 520;

  const base = () => ({
    animation: !calm,
    animationDuration: 300,
    textStyle: { fontFamily: FONT, color: INK, fontSize: 13 },
    tooltip: { renderMode: "richText", confine: true, textStyle: { fontFamily: FONT, fontSize: 13, color: INK }, borderColor: LINE },
  });
  const valueAxis = (extra) => ({
    type: "value",
    axisLabel: { color: SOFT, formatter: number },
    splitLine: { lineStyle: { color: LINE } },
    splitNumber: 4,
    minInterval: 1,
    ...extra,
  });
  const quietAxis = { axisLine: { lineStyle: { color: "#aab3bf" } }, axisTick: { show: false }, axisLabel: { color: SOFT } };

  function lineSeries(row, index, small) {
    const paint = colour(row.color, ["certify", "muted", "accent", "serve"][index % 4]);
    return {
      type: "line",
      name: row.name,
      data: row.points.map(([on, value], at) => ({ value: [on, value], href: row.hrefs?.[at] })),
      step: row.step ? "end" : false,
      showSymbol: row.points.length < 2,
      symbolSize: 6,
      color: paint,
      lineStyle: { width: row.dashed ? 1.5 : 2.5, type: row.dashed ? "dashed" : "solid" },
      // the name stands at the line's end, so that nobody looks for a legend
      endLabel: { show: !small, formatter: (at) => `${row.name} ${number(at.value[1])}`, color: INK, distance: 6 },
      labelLayout: { moveOverlap: "shiftY" },
      cursor: row.hrefs ? "pointer" : "default",
    };
  }

  function bandSeries(band, index) {
    const paint = colour(band.color, "certify");
    const shared = { type: "line", stack: `band-${index}`, stackStrategy: "all", symbol: "none", lineStyle: { opacity: 0 }, color: paint, silent: true };
    return [
      { ...shared, name: `${band.name}-low`, data: band.points.map(([on, low]) => [on, low]), tooltip: { show: false } },
      { ...shared, name: band.name, data: band.points.map(([on, low, high]) => [on, high - low]), areaStyle: { color: paint, opacity: 0.18 } },
    ];
  }

  function helpLines(data) {
    const marks = (data.marks || []).map((mark) => ({ xAxis: mark.on, name: mark.label, label: { position: "end" } }));
    const levels = (data.levels || []).map((level) => ({ yAxis: level.value, name: level.label, label: { position: "insideStartTop" } }));
    return {
      type: "line", name: "", data: [], silent: true,
      markLine: {
        symbol: "none",
        animation: false,
        lineStyle: { color: SOFT, type: [3, 3], width: 1 },
        label: { formatter: "{b}", color: SOFT, fontFamily: FONT },
        data: [...marks, ...levels],
      },
    };
  }

  function line(data, box) {
    const small = narrow(box);
    const bands = data.bands || [];
    const range = (name) => bands.find((band) => band.name === name);
    return {
      ...base(),
      grid: { left: 8, right: small ? 12 : 132, top: (small ? 32 : 8) + (data.marks?.length ? 20 : 12), bottom: 8, containLabel: true },
      legend: small ? { top: 0, left: 0, data: [...data.series.map((row) => row.name), ...bands.map((band) => band.name)], textStyle: { color: INK } } : { show: false },
      tooltip: {
        ...base().tooltip,
        trigger: "axis",
        formatter: (points) => {
          const on = String(points[0].axisValueLabel || points[0].value[0]).slice(0, 10);
          const said = points.filter((point) => !point.seriesName.endsWith("-low") && point.value?.length).map((point) => {
            const band = range(point.seriesName);
            const row = band?.points.find(([day]) => day === point.value[0]);
            return row ? `${point.seriesName} ${number(row[1])}–${number(row[2])}` : `${point.seriesName} ${number(point.value[1])}`;
          });
          return [on, ...said].join("\n");
        },
      },
      xAxis: { type: "time", min: data.from, max: data.to, ...quietAxis, axisLabel: { color: SOFT, hideOverlap: true, formatter: { year: "{yyyy}", month: "{yyyy}-{MM}", day: "{MM}-{dd}" } } },
      yAxis: valueAxis({ scale: !data.zero }),
      series: [...bands.flatMap(bandSeries), ...data.series.map((row, index) => lineSeries(row, index, small)), helpLines(data)],
    };
  }

  function bars(data, box) {
    const many = data.series.length > 1;
    const names = { type: "category", data: data.categories, ...quietAxis, axisLabel: { color: INK, interval: data.horizontal ? 0 : "auto", hideOverlap: true }, inverse: Boolean(data.horizontal) };
    const values = valueAxis({ min: data.series.some((row) => row.values.some((value) => value < 0)) ? undefined : 0 });
    return {
      ...base(),
      grid: { left: 8, right: data.horizontal ? 56 : narrow(box) ? 28 : 8, top: many ? 52 : 20, bottom: 8, containLabel: true },
      legend: many ? { top: 0, left: 0, itemWidth: 14, textStyle: { color: INK } } : { show: false },
      tooltip: { ...base().tooltip, trigger: "axis", axisPointer: { type: "shadow" }, valueFormatter: number },
      xAxis: data.horizontal ? values : names,
      yAxis: data.horizontal ? names : values,
      series: data.series.map((row, index) => ({
        type: "bar",
        name: row.name,
        stack: data.stacked ? "all" : undefined,
        color: colour(row.color, ["serve", "certify", "recommend", "discover"][index % 4]),
        barMaxWidth: 28,
        data: row.values.map((value, at) => ({ value, href: row.hrefs?.[at] })),
        cursor: row.hrefs ? "pointer" : "default",
        label: { show: data.labels !== false && !data.stacked && !narrow(box), position: data.horizontal ? "right" : "top", formatter: (at) => number(at.value), color: INK },
      })),
    };
  }

  function funnel(data, box) {
    const small = narrow(box);
    const most = Math.max(1, ...data.stages.map((stage) => stage.value));
    return {
      ...base(),
      grid: { left: 12, right: small ? 84 : 260, top: 4, bottom: 4, containLabel: true },
      tooltip: { ...base().tooltip, formatter: (at) => [at.name, number(at.value), at.data.note].filter(Boolean).join("\n") },
      xAxis: { type: "value", min: 0, max: most, show: false },
      yAxis: { type: "category", inverse: true, data: data.stages.map((stage) => stage.label), axisLine: { show: false }, axisTick: { show: false }, axisLabel: { color: INK, fontSize: 14 } },
      series: [{
        type: "bar",
        barMaxWidth: 30,
        barMinHeight: 2,
        data: data.stages.map((stage) => ({ value: stage.value, note: stage.note, href: stage.href, itemStyle: { color: colour(stage.account, "muted") } })),
        label: {
          show: true,
          position: "right",
          color: INK,
          formatter: (at) => `{n|${number(at.value)}}${at.data.note && !small ? `  {s|${at.data.note}}` : ""}`,
          rich: { n: { fontSize: 15, fontWeight: 600, fontFamily: FONT }, s: { color: SOFT, fontFamily: FONT } },
        },
      }],
    };
  }

  const KINDS = { line, bars, funnel };

  function draw(source) {
    const box = document.getElementById(source.dataset.chart);
    if (!box || !window.echarts || echarts.getInstanceByDom(box)) return;
    const data = JSON.parse(source.textContent);
    const make = KINDS[source.dataset.kind];
    const chart = echarts.init(box, null, { renderer: "svg" });
    chart.setOption(make(data, box));
    chart.on("click", (at) => { if (at.data?.href) location.assign(at.data.href); });
    let width = box.clientWidth;
    new ResizeObserver(() => {
      if (box.clientWidth === width || box.clientWidth === 0) return;
      width = box.clientWidth;
      chart.resize();
      chart.setOption(make(data, box), true);
    }).observe(box);
    // paper has its own width, and a chart that is still moving prints half-drawn
    window.addEventListener("beforeprint", () => chart.resize({ animation: { duration: 0 } }));
  }

  function drawAll(root) {
    root.querySelectorAll("script[data-chart]").forEach(draw);
  }

  document.addEventListener("DOMContentLoaded", () => drawAll(document));
  document.addEventListener("htmx:afterSwap", (event) => drawAll(event.target));
})();
