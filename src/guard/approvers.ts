// Who may approve, from what a rule says.

/**
 * @param approvers as written: mail addresses and `group:NAME`.
 * @returns mail addresses; null: any listed signer. A group that the base does not name has nobody in it.
 */
export const peopleOf = (
  approvers: readonly string[],
  groups: Readonly<Record<string, readonly string[]>>,
): readonly string[] | null =>
  approvers.length === 0
    ? null
    : approvers.flatMap((name) =>
        name.startsWith('group:') ? (groups[name.slice('group:'.length)] ?? []) : [name],
      );
