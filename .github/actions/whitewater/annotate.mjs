// The failures of a campaign.json as annotations of GitHub: one for each property, at most ten.
import { readFileSync } from 'node:fs';

const { scenario, violations } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const escaped = (text) => String(text).replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
const property = (text) => escaped(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
const byProperty = new Map();
for (const violation of violations)
  byProperty.set(violation.property, [...(byProperty.get(violation.property) ?? []), violation]);
for (const [name, [first, ...others]] of [...byProperty].slice(0, 10)) {
  const same = others.length === 0 ? '' : ` (and in ${others.length} more seeds)`;
  console.log(
    `::error title=${property(`${name}, seed ${first.seed}`)}::${escaped(`${scenario}: ${first.detail}${same}; replay it with: whitewater replay ${first.seed} --scenario ${scenario}`)}`,
  );
}
