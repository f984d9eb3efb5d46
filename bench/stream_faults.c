/* Damages streams at random, and counts what is given out wrongly: the loop of bench/stream_faults.py.
 *
 * The arguments are the bits of check, a seed, and how many faults are made. AURA_FUZZ_MODEL names the model. Standard input
 * has conversations: the size of each message in four bytes, little endian, and the message; a size of 2^32 - 1 ends a
 * conversation. For each kind of fault, standard output has a line: how many faults there were, how many texts were wrong,
 * and how many faults went unnoticed. */
#include "../native/fuzz/given_model.h"
#include "../native/stream.h"

#include <inttypes.h>

#define MAX_MESSAGES 4096 /* of a conversation; the rest is left out */
#define BEHIND 6          /* messages that are delivered after a fault, and those before it that may be repeated */
#define ROUNDS 20         /* faults of each kind at a place, since it takes longer to come there than to damage a message */
#define MAX_ADDED 4       /* bytes behind a message */

enum kind { CUT, DROPPED, REPEATED, SWAPPED, FLIPPED_1, FLIPPED_2, FLIPPED_3, BYTE, LONGER, NOISE, KINDS };
enum outcome { REFUSED, WRONG, UNNOTICED, OUTCOMES };

typedef struct {
    const uint8_t *data;
    size_t size;
} span;

typedef struct {
    span text;
    span wire;
} message;

/* Where a conversation has come. */
typedef struct {
    aura_stream *reader;  /* has read the messages before `place` */
    aura_stream *damaged; /* a copy of it, which each fault finds as it was */
    const message *messages;
    size_t count;
    size_t place;
    uint8_t *wire;    /* room for a damaged message, */
    uint8_t *text;    /* for what is read, */
    uint8_t *scratch; /* and to work in */
} position;

static uint64_t state;

/* SplitMix64, by Steele, Lea and Flood (2014). */
static uint64_t draw(void)
{
    uint64_t value = state += 0x9e3779b97f4a7c15u;
    value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9u;
    value = (value ^ value >> 27) * 0x94d049bb133111ebu;
    return value ^ value >> 31;
}

/* A number below a bound of less than 2^32. */
static size_t below(size_t bound)
{
    return (size_t)((draw() >> 32) * bound >> 32);
}

/* Flip up to eight different bits of a message, which was `before`. */
static void flip(uint8_t *wire, const uint8_t *before, size_t size, size_t bits)
{
    while (bits > 0) {
        const size_t place = below(8 * size), mask = (size_t)1 << place % 8;
        if ((wire[place / 8] ^ before[place / 8]) & mask)
            continue;
        wire[place / 8] ^= (uint8_t)mask;
        bits--;
    }
}

/* Write a damaged message into `wire`, which has room for MAX_ADDED bytes more, and give its size. */
static size_t damage(enum kind kind, span whole, uint8_t *wire)
{
    const size_t size = whole.size;
    size_t from = size, to = size; /* of bytes that are drawn */
    memcpy(wire, whole.data, size);
    if (kind == CUT)
        return below(size);
    if (kind >= FLIPPED_1 && kind <= FLIPPED_3)
        flip(wire, whole.data, size, (size_t)(kind - FLIPPED_1) + 1);
    else if (kind == BYTE)
        wire[below(size)] ^= (uint8_t)(1 + below(255));
    else if (kind == LONGER)
        to += 1 + below(MAX_ADDED);
    else
        from = 0;
    for (size_t at = from; at < to; at++)
        wire[at] = (uint8_t)draw();
    return to;
}

/* What comes in the place of the next `most` messages. */
static size_t make_fault(const position *at, enum kind kind, size_t most, span *given)
{
    const message *next = at->messages + at->place;
    size_t count = 0, first = 0;
    if (kind == DROPPED) {
        first = 1 + below(most - 1);
    } else if (kind == REPEATED) {
        given[count++] = (next - 1 - below(at->place < BEHIND ? at->place : BEHIND))->wire;
    } else if (kind == SWAPPED) {
        const size_t other = 1 + below(most - 1);
        given[count++] = next[other].wire;
        for (size_t between = 1; between < other; between++)
            given[count++] = next[between].wire;
        given[count++] = next->wire;
        first = other + 1;
    } else {
        given[count++] = (span){at->wire, damage(kind, next->wire, at->wire)};
        first = 1;
    }
    for (size_t more = first; more < most; more++)
        given[count++] = next[more].wire;
    return count;
}

/* Read a message as aura.Stream does. One that is coded by itself stands for itself: only strings are sent, so what it says
 * is wrong. Gives whether it is taken. */
static bool read_message(const position *at, span wire, aura_stream_head *head, size_t *length, aura_error *error)
{
    if (!aura_stream_open(at->damaged, wire.data, wire.size, head, error))
        return false;
    if (!(head->flags & STREAM_FLAG_MESSAGE))
        return aura_stream_read(at->damaged, given_model(), head, wire.data, wire.size, STREAM_MAX_STRING, at->text,
                                at->scratch, length, error);
    *length = 0;
    return aura_stream_accept(at->damaged, given_model(), head, at->text, 0, error);
}

static enum outcome deliver(const position *at, const span *given, size_t count, size_t most)
{
    bool is_touched = false; /* whether more than the beginning of the reader has to be as it was */
    enum outcome outcome = UNNOTICED;
    for (size_t number = 0; number < count && outcome == UNNOTICED; number++) {
        aura_stream_head head;
        aura_error error;
        size_t length = 0;
        if (!read_message(at, given[number], &head, &length, &error)) {
            outcome = REFUSED;
            is_touched |= error.code != AURA_STREAM_DESYNC;
            break;
        }
        is_touched = true;
        const message *next = at->messages + at->place + number;
        if (number >= most || head.flags & STREAM_FLAG_MESSAGE || !at->damaged->is_text || length != next->text.size ||
            (length > 0 && memcmp(at->text, next->text.data, length) != 0))
            outcome = WRONG;
    }
    if (is_touched)
        memcpy(at->damaged, at->reader, aura_stream_size(at->reader->terms.memory));
    else /* a message that is not the next one is refused before anything of it is read (rule STR-8) */
        *at->damaged = *at->reader;
    return outcome;
}

/* Damage a conversation at each place but the first and the last. */
static uint64_t damage_all(position *at, uint64_t counts[KINDS][OUTCOMES])
{
    uint64_t faults = 0;
    for (at->place = 0; at->place + 1 < at->count; at->place++) {
        const size_t size = aura_stream_size(at->reader->terms.memory);
        const size_t left = at->count - at->place, most = left < BEHIND ? left : BEHIND;
        memcpy(at->damaged, at->reader, size);
        for (int kind = 0; at->place > 0 && kind < KINDS; kind++) {
            for (int round = 0; round < ROUNDS; round++, faults++) {
                span given[BEHIND + 1];
                const size_t count = make_fault(at, (enum kind)kind, most, given);
                counts[kind][deliver(at, given, count, most)]++;
            }
        }
        aura_stream_head head;
        aura_error error;
        size_t length;
        if (!read_message(at, at->messages[at->place].wire, &head, &length, &error))
            abort();
        memcpy(at->reader, at->damaged, size);
    }
    return faults;
}

/* Write the messages of a conversation, and damage them. */
static uint64_t begin(message *messages, size_t count, const aura_stream_terms *terms, uint64_t counts[KINDS][OUTCOMES])
{
    const size_t size = aura_stream_size(terms->memory);
    aura_stream *writer = malloc(size);
    aura_stream_start(writer, terms);
    size_t longest = 0;
    for (size_t at = 0; at < count; at++) {
        const span text = messages[at].text;
        uint8_t *wire = malloc(aura_stream_room(text.size));
        aura_error error;
        const size_t length = aura_stream_encode(writer, given_model(), text.data, text.size, true, wire, &error);
        messages[at].wire = (span){wire, length};
        longest = length > longest ? length : longest;
    }
    position at = {
        .reader = malloc(size),
        .damaged = malloc(size),
        .messages = messages,
        .count = count,
        .wire = malloc(longest + MAX_ADDED),
        .text = malloc(STREAM_MAX_STRING),
        .scratch = malloc(aura_stream_scratch(longest + MAX_ADDED)),
    };
    aura_stream_start(at.reader, terms);
    const uint64_t faults = damage_all(&at, counts);
    for (size_t number = 0; number < count; number++)
        free((void *)(uintptr_t)messages[number].wire.data);
    free(at.reader);
    free(at.damaged);
    free(at.wire);
    free(at.text);
    free(at.scratch);
    free(writer);
    return faults;
}

/* Read standard input to its end. */
static span read_all(void)
{
    size_t size = 0, room = 1 << 20;
    uint8_t *data = malloc(room);
    for (size_t read; (read = fread(data + size, 1, room - size, stdin)) > 0;) {
        size += read;
        if (size == room)
            data = realloc(data, room *= 2);
    }
    return (span){data, size};
}

int main(int count, char **arguments)
{
    if (count != 4)
        return 2;
    const uint64_t faults = strtoull(arguments[3], NULL, 10);
    const aura_stream_terms terms = {
        .agreed = 1, .memory = STREAM_MIN_MEMORY, .check = (uint32_t)strtoul(arguments[1], NULL, 10)};
    state = strtoull(arguments[2], NULL, 10);
    const span told = read_all();
    static message messages[MAX_MESSAGES];
    static uint64_t counts[KINDS][OUTCOMES];
    size_t place = 0, said = 0;
    for (uint64_t done = 0; done < faults && told.size > 0;) {
        uint32_t size = 0;
        for (size_t byte = 0; byte < 4; byte++)
            size |= (uint32_t)told.data[place + byte] << 8 * byte;
        place += 4;
        if (size == UINT32_MAX) {
            done += begin(messages, said, &terms, counts);
            said = 0;
        } else {
            if (said < MAX_MESSAGES)
                messages[said++].text = (span){told.data + place, size};
            place += size;
        }
        if (place == told.size)
            place = 0;
    }
    for (int kind = 0; kind < KINDS; kind++)
        printf("%" PRIu64 " %" PRIu64 " %" PRIu64 "\n",
               counts[kind][REFUSED] + counts[kind][WRONG] + counts[kind][UNNOTICED], counts[kind][WRONG],
               counts[kind][UNNOTICED]);
    return 0;
}
