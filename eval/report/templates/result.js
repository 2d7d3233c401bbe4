"use strict";
const questions = [...document.querySelectorAll(".question")];
const fields = ["kind", "outcome", "change"]
  .map((name) => document.getElementById(name))
  .filter((field) => field !== null);
const words = document.getElementById("words");

function show() {
  const wanted = words.value.trim().toLowerCase();
  let shown = 0;
  for (const question of questions) {
    const fits = fields.every((field) => !field.value || question.dataset[field.id] === field.value);
    question.hidden = !fits || !question.textContent.toLowerCase().includes(wanted);
    shown += question.hidden ? 0 : 1;
  }
  document.getElementById("count").textContent = `${shown} shown`;
}

for (const field of [...fields, words]) {
  field.addEventListener("input", show);
}
document.getElementById("open").addEventListener("change", (event) => {
  for (const question of questions) {
    question.open = event.target.checked;
  }
});
document.getElementById("filter").addEventListener("submit", (event) => event.preventDefault());
show();
