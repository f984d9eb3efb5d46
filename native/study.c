/* What a sample needs of the n-grams of one length: contexts, entries, and what extends entries to the left. */
#include "study.h"

#include <stddef.h>

enum { NONE = -1 };

/* The group of the n-gram that ends at each symbol, and a symbol at which each group ends. */
static bool find_groups(const aura_study *study, int32_t *of_place, int32_t *example)
{
    for (uint32_t place = 0; place < study->size; place++)
        of_place[place] = NONE;
    for (uint32_t group = 0; group < study->groups; group++)
        example[group] = 0;
    for (uint32_t at = 0; at < study->place_count; at++) {
        const uint32_t place = (uint32_t)study->places[at], index = (uint32_t)study->index[at];
        if (place >= study->size || index >= study->run)
            return false;
        const uint32_t group = (uint32_t)study->group[index];
        if (group >= study->groups)
            return false;
        if (study->kept[group] >= 0) {
            of_place[place] = (int32_t)group;
            example[group] = (int32_t)place;
        }
    }
    for (uint32_t at = 0; at < study->sample_count; at++)
        if (study->sample[at] < 1 || study->sample[at] >= study->size)
            return false;
    return true;
}

/* Number the groups after which a symbol of the sample stands. */
static void choose_contexts(const aura_study *study, const int32_t *of_place, aura_study_row *row, int32_t *number)
{
    for (uint32_t group = 0; group < study->groups; group++)
        number[group] = NONE;
    for (uint32_t at = 0; at < study->sample_count; at++) {
        const int32_t group = of_place[study->sample[at] - 1];
        if (group >= 0)
            number[group] = 0;
    }
    uint32_t count = 0;
    for (uint32_t group = 0; group < study->groups; group++)
        if (number[group] >= 0) {
            row->contexts[count] = (int32_t)group;
            number[group] = (int32_t)count++;
        }
    row->counts[0] = count;
}

/* Number the groups whose context was one of the length before, and list those whose suffix was an entry of it. */
static void choose_entries(const aura_study *study, const int32_t *example, aura_study_row *row, int32_t *number)
{
    const bool is_first = study->context == NULL || study->entry == NULL;
    const int32_t of_nothing = study->sample_count > 0 ? 0 : NONE; /* every symbol stands after no symbols */
    uint32_t entries = 0, longer = 0;
    for (uint32_t group = 0; group < study->groups; group++) {
        number[group] = NONE;
        if (study->kept[group] < 0)
            continue;
        const int32_t last = example[group];
        const int32_t owner = is_first ? of_nothing : last > 0 ? study->context[last - 1] : NONE;
        if (owner >= 0) {
            row->entries[entries] = (int32_t)group;
            row->owners[entries] = owner;
            number[group] = (int32_t)entries++;
        }
        const int32_t suffix = is_first ? NONE : study->entry[last];
        if (suffix >= 0) {
            row->longer[longer] = (int32_t)group;
            row->suffixes[longer++] = suffix;
        }
    }
    row->counts[1] = entries;
    row->counts[2] = longer;
}

static void spread_numbers(const aura_study *study, const int32_t *of_place, const int32_t *number, int32_t *each)
{
    for (uint32_t place = 0; place < study->size; place++)
        each[place] = of_place[place] >= 0 ? number[of_place[place]] : NONE;
}

bool aura_study_length(const aura_study *study, aura_study_row *row, int32_t *example, int32_t *number)
{
    int32_t *of_place = row->entry; /* until the entries are known */
    if (!find_groups(study, of_place, example))
        return false;
    for (uint32_t at = 0; at < study->sample_count; at++) {
        const int32_t end = of_place[study->sample[at]], before = of_place[study->sample[at] - 1];
        row->ends[at] = end >= 0 ? study->kept[end] : NONE;
        row->before[at] = before >= 0 ? study->kept[before] : NONE;
    }
    choose_contexts(study, of_place, row, number);
    spread_numbers(study, of_place, number, row->context);
    choose_entries(study, example, row, number);
    spread_numbers(study, of_place, number, row->entry);
    for (uint32_t at = 0; at < study->sample_count; at++) {
        row->end_entries[at] = row->entry[study->sample[at]];
        row->before_contexts[at] = row->context[study->sample[at] - 1];
    }
    return true;
}
