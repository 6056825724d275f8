/** Highest scores that still say something is wrong: NPS detractors, and the lowest two or three of the other scales. */
const complaintMax: Record<string, number> = { nps: 6, csat: 2, ces: 3 };

/** The service's rule for what is a complaint, for moments, which do not carry it. */
export function isComplaint(kind: string, score: number | undefined, category: string): boolean {
  if (category === 'problem') return true;
  const max = complaintMax[kind];
  return score !== undefined && max !== undefined && score <= max;
}
