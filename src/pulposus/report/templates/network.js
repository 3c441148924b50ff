const cards = JSON.parse(document.getElementById("cards").textContent);
const panel = document.getElementById("card");
const add = (parent, tag, words) => { const part = document.createElement(tag); part.textContent = words; parent.appendChild(part); return part; };
function show(id) {
  const card = cards[id];
  panel.replaceChildren();
  add(panel, "h3", `${card.source} ${card.sign === "+" ? WORDS.raises : WORDS.cuts} ${card.target}`);
  if (card.mechanism) add(panel, "p", card.mechanism);
  add(panel, "p", `${WORDS.weight}: ${card.weight} (${card.weight_low} – ${card.weight_high}). ${WORDS.basis}: ${BASES[card.basis]}. ${WORDS.cells}: ${card.cells}.` + (card.option ? ` ${card.option}.` : ""));
  if (card.told) add(panel, "p", `${WORDS.told}: ${card.told}`);
  if (card.note) add(panel, "p", card.note);
  if (!card.papers.length) { if (card.basis !== "definition") add(panel, "p", WORDS.none); return; }
  const list = add(panel, "ul", "");
  for (const paper of card.papers) {
    const item = add(list, "li", "");
    if (paper.link) { const link = add(item, "a", paper.text); link.href = paper.link; } else item.textContent = paper.text;
  }
}
for (const edge of document.querySelectorAll(".edge")) {
  const pick = () => { document.querySelectorAll(".edge.on").forEach((each) => each.classList.remove("on")); edge.classList.add("on"); show(edge.dataset.edge); };
  edge.addEventListener("click", pick);
  edge.addEventListener("focus", pick);
}
for (const button of document.querySelectorAll("[data-show]"))
  button.addEventListener("click", () => document.querySelectorAll(".picture").forEach((each) => { each.hidden = each.id !== `picture-${button.dataset.show}`; }));
