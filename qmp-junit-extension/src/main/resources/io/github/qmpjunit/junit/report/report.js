// Makes the page of a failed test comfortable: filter, keys, zoom, and what belongs to a row beside it.
// Everything that the page has to say is in its HTML; without this script it can be read all the same.
(() => {
  "use strict";
  const $ = (id) => document.getElementById(id);
  const list = $("rows");
  const beside = $("beside");
  const strip = document.querySelector(".strip");
  if (!list) {
    return;
  }
  document.documentElement.classList.add("js");
  const rows = [...list.querySelectorAll(":scope > .row")];
  const span = Number(list.style.getPropertyValue("--span"));
  const times = new Map(rows.map((row) => [row, timesOf(row)]));
  const texts = new Map();
  let selected = null;
  let zoom = null;

  function timesOf(row) {
    const bar = row.querySelector(":scope > .bar > i");
    const value = (name) => Number(bar.style.getPropertyValue(name));
    return bar ? [value("--t"), value("--t") + value("--d")] : null;
  }

  const isKind = {
    command: (c) => (c.contains("command") || c.contains("reply") || c.contains("note")) && !c.contains("own"),
    event: (c) => c.contains("event"),
    await: (c) => c.contains("await") || c.contains("step"),
    output: (c) => c.contains("output"),
    own: (c) => c.contains("own"),
  };

  function textOf(row) {
    if (!texts.has(row)) {
      texts.set(row, row.textContent.toLowerCase());
    }
    return texts.get(row);
  }

  function filter() {
    const wanted = $("filter").value.trim().toLowerCase();
    const off = [...document.querySelectorAll(".tools [data-kind]:not(:checked)")].map((box) => isKind[box.dataset.kind]);
    let shown = 0;
    for (const row of rows) {
      const marker = row.classList.contains("marker");
      const time = times.get(row);
      const outside = zoom && time && (time[1] < zoom[0] || time[0] > zoom[1]);
      row.hidden = !marker && (outside || off.some((kind) => kind(row.classList)) || !textOf(row).includes(wanted));
      shown += row.hidden || marker ? 0 : 1;
    }
    for (const pause of list.querySelectorAll(":scope > .pause")) {
      pause.hidden = wanted !== "" || zoom !== null;
    }
    $("count").textContent = wanted || off.length || zoom ? shown + " rows" : "";
  }

  function sourceOf(row) {
    const link = row.querySelector(":scope > a.src");
    const line = link && $(link.getAttribute("href").slice(1));
    if (!line) {
      return null;
    }
    const code = document.createElement("div");
    code.className = "code";
    const lines = [...line.parentElement.children];
    const at = lines.indexOf(line);
    for (const near of lines.slice(Math.max(0, at - 5), at + 6)) {
      const copy = near.cloneNode(true);
      copy.removeAttribute("id");
      copy.classList.toggle("here", near === line);
      code.append(copy);
    }
    return code;
  }

  function stateAt(row) {
    for (let i = rows.indexOf(row); i >= 0; i--) {
      if (rows[i].dataset.state) {
        return rows[i].dataset.state;
      }
    }
    return "";
  }

  function section(title, content) {
    const heading = document.createElement("h3");
    heading.textContent = title;
    if (typeof content === "string") {
      const text = document.createElement("pre");
      text.textContent = content;
      return [heading, text];
    }
    return [heading, content];
  }

  function describe(row) {
    const parts = [];
    const close = document.createElement("button");
    close.type = "button";
    close.textContent = "close";
    close.addEventListener("click", () => select(null));
    parts.push(close);
    const code = sourceOf(row);
    const link = row.querySelector(":scope > .src");
    if (code || link) {
      parts.push(...section("The test, " + link.textContent, code || ""));
    }
    const details = [...row.querySelectorAll(":scope > .what > details > pre")];
    details.forEach((detail, i) => parts.push(...section(i === 0 ? "All of it" : "Reply", detail.textContent)));
    const state = stateAt(row);
    if (state) {
      parts.push(...section("State then, as events have told it", state));
    }
    beside.replaceChildren(...parts);
    beside.classList.add("full");
  }

  function select(row, focus = true) {
    if (selected) {
      selected.classList.remove("selected");
      selected.removeAttribute("aria-current");
      selected.tabIndex = -1;
    }
    selected = row;
    if (!row) {
      beside.classList.remove("full");
      beside.replaceChildren();
      return;
    }
    row.classList.add("selected");
    row.setAttribute("aria-current", "true");
    row.tabIndex = 0;
    if (focus) {
      row.focus({ preventScroll: true });
      row.scrollIntoView({ block: "nearest" });
    }
    describe(row);
  }

  function move(step, isWanted = () => true) {
    const from = selected ? rows.indexOf(selected) : step > 0 ? -1 : rows.length;
    for (let i = from + step; i >= 0 && i < rows.length; i += step) {
      if (!rows[i].hidden && isWanted(rows[i])) {
        select(rows[i]);
        return;
      }
    }
  }

  const isRed = (row) => row.classList.contains("grave") || row.classList.contains("failure");

  function showTime(from, to) {
    zoom = to - from > 0 ? [from, to] : null;
    list.style.setProperty("--from", zoom ? from : 0);
    list.style.setProperty("--span", zoom ? to - from : span);
    $("all").hidden = !zoom;
    let mark = strip.querySelector(".chosen");
    if (!mark) {
      mark = document.createElement("div");
      mark.className = "chosen";
      strip.append(mark);
    }
    mark.style.left = (100 * from) / span + "%";
    mark.style.width = (zoom ? (100 * (to - from)) / span : 0) + "%";
    filter();
  }

  const keys = {
    j: () => move(1),
    ArrowDown: () => move(1),
    k: () => move(-1),
    ArrowUp: () => move(-1),
    n: () => move(1, isRed),
    p: () => move(-1, isRed),
    f: () => select($("failure")),
    0: () => showTime(0, 0),
    "/": () => $("filter").focus(),
    Escape: () => select(null),
    Enter: () => {
      const fold = selected && selected.querySelector("details");
      if (fold) {
        fold.open = !fold.open;
      }
    },
  };

  document.addEventListener("keydown", (event) => {
    const typing = event.target.matches("input[type=search]");
    if (typing && event.key === "Escape") {
      event.target.value = "";
      event.target.blur();
      filter();
    } else if (!typing && !event.ctrlKey && !event.metaKey && !event.altKey && Object.hasOwn(keys, event.key)) {
      const own = event.target.closest("summary, a, button, input");
      const arrow = event.key.startsWith("Arrow") && !selected;
      if (!arrow && !(own && event.key === "Enter")) {
        event.preventDefault();
        keys[event.key]();
      }
    }
  });

  list.addEventListener("click", (event) => {
    const row = event.target.closest(".rows > .row");
    if (row && !event.target.closest("a")) {
      select(row, false);
    }
  });
  for (const link of list.querySelectorAll(".row > a.src")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      select(link.closest(".rows > .row"));
    });
  }
  $("filter").addEventListener("input", filter);
  document.querySelectorAll(".tools [data-kind]").forEach((box) => box.addEventListener("change", filter));
  $("next").addEventListener("click", () => move(1, isRed));
  $("previous").addEventListener("click", () => move(-1, isRed));
  $("all").addEventListener("click", () => showTime(0, 0));

  if (strip) {
    let begin = null;
    const at = (event) => {
      const box = strip.getBoundingClientRect();
      return Math.min(1, Math.max(0, (event.clientX - box.left) / box.width)) * span;
    };
    strip.addEventListener("pointerdown", (event) => {
      begin = at(event);
      strip.setPointerCapture(event.pointerId);
    });
    strip.addEventListener("pointermove", (event) => {
      if (begin !== null && Math.abs(at(event) - begin) > span / 200) {
        showTime(Math.min(begin, at(event)), Math.max(begin, at(event)));
      }
    });
    strip.addEventListener("pointerup", (event) => {
      if (begin !== null && Math.abs(at(event) - begin) <= span / 200) {
        showTime(0, 0);
      }
      begin = null;
    });
  }
  const failure = $("failure");
  if (failure && window.matchMedia("(min-width: 1250px)").matches) {
    select(failure, false);
  }
})();
