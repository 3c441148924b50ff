(function () {
  var table = document.getElementById("studies");
  if (!table) return;
  var mark = function (name, on) {
    document.querySelectorAll("g[id]").forEach(function (g) {
      if (g.id === "study:" + name) g.style.filter = on ? "drop-shadow(0 0 3px #D55E00)" : "";
    });
    table.querySelectorAll("tbody tr").forEach(function (tr) { tr.classList.toggle("on", on && tr.dataset.name === name); });
  };
  table.querySelectorAll("tbody tr").forEach(function (tr) {
    ["mouseenter", "focus"].forEach(function (e) { tr.addEventListener(e, function () { mark(tr.dataset.name, true); }); });
    ["mouseleave", "blur"].forEach(function (e) { tr.addEventListener(e, function () { mark(tr.dataset.name, false); }); });
  });
  document.querySelectorAll("g[id^='study:']").forEach(function (g) {
    var name = g.id.slice(6), row = table.querySelector('tr[data-name="' + CSS.escape(name) + '"]');
    var title = document.createElementNS("http://www.w3.org/2000/svg", "title");
    if (row) { title.textContent = Array.from(row.cells).map(function (c, i) { return table.rows[0].cells[i].textContent.trim() + ": " + c.textContent.trim(); }).join("\n"); g.prepend(title); }
    g.addEventListener("mouseenter", function () { mark(name, true); });
    g.addEventListener("mouseleave", function () { mark(name, false); });
  });
  table.querySelectorAll("th button").forEach(function (b, i) {
    var up = false;
    b.addEventListener("click", function () {
      up = !up;
      var rows = Array.from(table.tBodies[0].rows);
      rows.sort(function (a, c) {
        var x = a.cells[i].textContent, y = c.cells[i].textContent, d = parseFloat(x) - parseFloat(y);
        return (isNaN(d) ? x.localeCompare(y) : d) * (up ? 1 : -1);
      });
      rows.forEach(function (r) { table.tBodies[0].appendChild(r); });
    });
  });
})();
