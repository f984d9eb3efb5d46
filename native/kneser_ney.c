/* Kneser-Ney counts of the lists of a trie, level by level. */
#include "kneser_ney.h"

#include <string.h>

static double least(double one, double other)
{
    return one < other ? one : other;
}

static double most(double one, double other)
{
    return one > other ? one : other;
}

bool aura_count_uses(const aura_level_counts *level, const aura_level_uses *uses)
{
    memset(uses->totals, 0, level->contexts * sizeof *uses->totals);
    memset(uses->kinds, 0, level->contexts * sizeof *uses->kinds);
    memset(uses->shown, 0, level->contexts * sizeof *uses->shown);
    memset(uses->entries, 0, level->contexts * sizeof *uses->entries);
    memset(uses->seen_coming, 0, level->contexts * sizeof *uses->seen_coming);
    for (uint32_t at = 0; at < level->count; at++) {
        const uint32_t parent = (uint32_t)level->parents[at] - level->first;
        const uint32_t suffix = (uint32_t)level->suffixes[at] - level->first;
        if (parent >= level->contexts || suffix >= level->contexts)
            return false;
        const double count = (double)level->counts[at] / level->whole;
        const double rest = level->seen_coming != NULL ? count - level->seen_coming[at] : count;
        const double use = at == level->begin ? 0.0 : most(least(count, 1.0), rest), kind = least(use, 1.0);
        uses->uses[at] = (float)use;
        uses->totals[parent] += use;
        uses->kinds[parent] += kind;
        if (level->kept[at] == 0)
            continue;
        uses->seen_coming[suffix] += most(count - 1.0, 0.0);
        if (at != level->begin) {
            uses->shown[parent] += use - level->discount * kind;
            uses->entries[parent]++;
        }
    }
    return true;
}
