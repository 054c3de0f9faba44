// Time zones by the names that they have now. Browsers go on with names that the tz database has given up
// (ECMA-402 lets them); each pair is a link in its file `backward`.

/** @type {Record<string, string>} */
const RENAMED = {
  "Africa/Asmera": "Africa/Asmara",
  "America/Buenos_Aires": "America/Argentina/Buenos_Aires",
  "America/Catamarca": "America/Argentina/Catamarca",
  "America/Coral_Harbour": "America/Atikokan",
  "America/Cordoba": "America/Argentina/Cordoba",
  "America/Godthab": "America/Nuuk",
  "America/Indianapolis": "America/Indiana/Indianapolis",
  "America/Jujuy": "America/Argentina/Jujuy",
  "America/Louisville": "America/Kentucky/Louisville",
  "America/Mendoza": "America/Argentina/Mendoza",
  "Asia/Calcutta": "Asia/Kolkata",
  "Asia/Katmandu": "Asia/Kathmandu",
  "Asia/Rangoon": "Asia/Yangon",
  "Asia/Saigon": "Asia/Ho_Chi_Minh",
  "Atlantic/Faeroe": "Atlantic/Faroe",
  "Europe/Kiev": "Europe/Kyiv",
  "Pacific/Enderbury": "Pacific/Kanton",
  "Pacific/Ponape": "Pacific/Pohnpei",
  "Pacific/Truk": "Pacific/Chuuk",
};

/** All that the browser knows. */
export function zones() {
  return [...new Set(Intl.supportedValuesOf("timeZone").map(named))].sort();
}

/** The one in which the browser is. */
export function here() {
  return named(Intl.DateTimeFormat().resolvedOptions().timeZone);
}

/** @param {string} zone */
function named(zone) {
  return RENAMED[zone] ?? zone;
}
