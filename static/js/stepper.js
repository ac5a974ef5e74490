// Quantities with - and +: exact decimals as whole thousandths, never a float.
function read(text) {
  const match = /^([-−+]?)(\d{0,7})(?:\.(\d{0,3}))?$/.exec(text.trim());
  if (!match) return null;
  const value = BigInt(match[2] || 0) * 1000n + BigInt((match[3] ?? "").padEnd(3, "0"));
  return match[1] && match[1] !== "+" ? -value : value;
}

function write(value) {
  const digits = String(value < 0n ? -value : value).padStart(4, "0");
  const text = `${digits.slice(0, -3)}.${digits.slice(-3)}`.replace(/\.?0+$/, "");
  return (value < 0n ? "-" : "") + text;
}

document.addEventListener("click", ({ target }) => {
  const button = target.closest?.("[data-step]");
  const stepper = button?.closest("[data-stepper]");
  if (!stepper) return;
  const input = stepper.querySelector("[data-stepper-value]");
  const value = read(input.value);
  if (value === null) {
    input.focus();
    return;
  }
  const step = read(button.dataset.step);
  const low = read(stepper.dataset.low ?? "1");
  let next = value + step;
  if (step < 0n && next < low) next = value < low ? value : low;
  if (next > 9999999999n) next = 9999999999n;
  input.value = write(next);
  for (const kind of ["input", "change"]) input.dispatchEvent(new Event(kind, { bubbles: true }));
});
