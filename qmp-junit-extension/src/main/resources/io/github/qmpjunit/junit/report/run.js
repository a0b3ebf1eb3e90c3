// Sorts and filters the tables of the page over a run, and of the coverage. The page can be read without it.
(() => {
  "use strict";
  const table = document.querySelector("table");
  const filter = document.getElementById("filter");
  const failures = document.getElementById("failures");
  if (!table || !filter) {
    return;
  }
  document.documentElement.classList.add("js");
  const body = table.tBodies[0];
  const rows = [...body.rows];
  const texts = rows.map((row) => row.textContent.toLowerCase());

  function show() {
    const wanted = filter.value.trim().toLowerCase();
    let shown = 0;
    rows.forEach((row, i) => {
      const off = failures && failures.checked && !/failed|flaky|never/.test(row.className);
      row.hidden = off || !texts[i].includes(wanted);
      shown += row.hidden ? 0 : 1;
    });
    document.getElementById("count").textContent = shown === rows.length ? "" : shown + " of " + rows.length;
  }

  const valueOf = (row, column) => {
    const cell = row.cells[column];
    return cell.dataset.value === undefined ? cell.textContent : Number(cell.dataset.value);
  };

  [...table.tHead.rows[0].cells].forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    head.replaceChildren(button);
    button.addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") !== "descending";
      [...table.tHead.rows[0].cells].forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const order = (a, b) => {
        const [x, y] = [valueOf(a, column), valueOf(b, column)];
        return (typeof x === "number" ? x - y : x.localeCompare(y)) * (down ? -1 : 1);
      };
      body.append(...[...rows].sort(order));
    });
  });

  filter.addEventListener("input", show);
  if (failures) {
    failures.addEventListener("change", show);
  }
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && event.target !== filter) {
      event.preventDefault();
      filter.focus();
    } else if (event.key === "Escape" && event.target === filter) {
      filter.value = "";
      show();
    }
  });
})();
