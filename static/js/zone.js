// A time zone that nobody has typed yet (data-here) is this device's own, where it is one of those that are proposed.
const zone = document.querySelector("input[data-here]");
const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (zone && [...zone.list.options].some(({ value }) => value === here)) zone.value = here;
