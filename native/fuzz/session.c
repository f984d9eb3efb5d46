/* Fuzz target: a connection, the streams of both directions, and what happens to messages on the way, with the model in the
 * file that AURA_FUZZ_MODEL names.
 *
 * An input is a byte that chooses what both ends agree on, and steps: a byte that says what happens, the size of the bytes
 * that it happens with, in one byte, and these bytes. Messages of both directions cross in flight, for each step delivers
 * one at most. Whatever happens, a message is delivered as it was sent or refused, where chapter `stream` says that faults
 * are found with certainty; and at last both directions recover. */
#include "streams.h"

/* What a step does at one end of the connection, or with the first message that flies to it. */
enum { SEND, SEND_CODED, DELIVER, DROP, REPEAT, DAMAGE, MOVE, RESET, STEPS };

#define SERVER 8u    /* of a step: at the server's end */
#define FLAG 16u     /* of a step: the message is text, the reset asks, the damage is a cut, the move is to the sender */
#define AT_ONCE 32u  /* of a step: what is sent is delivered before anything else happens */
#define MAX_FLYING 24

typedef enum { WHOLE, CUT, BURST, DAMAGED } fault;

/* A message on its way. */
typedef struct {
    uint8_t *wire;
    size_t size;
    uint8_t *data; /* what was sent */
    size_t length;
    bool is_text;
    bool is_coded;
    bool is_from_server;
    uint8_t flags; /* of the sender: RESET and ASK */
    uint16_t counter;
    uint32_t bits; /* of its check */
    fault fault;
} message;

typedef struct {
    aura_stream *sender;
    aura_stream *receiver;
    message flying[MAX_FLYING]; /* to this end, the next one first */
    size_t count;
    bool is_sure;  /* whether the receiver can have taken nothing but what was sent */
    bool was_sure; /* whether that was always so */
} end;

static message copy_of_message(const message *original)
{
    message copy = *original;
    copy.wire = copy_of(original->wire, original->size);
    copy.data = copy_of(original->data, original->length);
    return copy;
}

static void free_message(const message *gone)
{
    free(gone->wire);
    free(gone->data);
}

/* The message at a place of those that fly to an end, which do not have it any more. */
static message take_from(end *to, size_t place)
{
    const message taken = to->flying[place];
    to->count--;
    memmove(to->flying + place, to->flying + place + 1, (to->count - place) * sizeof *to->flying);
    return taken;
}

static void add_at(end *to, size_t place, message added)
{
    if (to->count == MAX_FLYING) {
        free_message(&added);
        return;
    }
    memmove(to->flying + place + 1, to->flying + place, (to->count - place) * sizeof *to->flying);
    to->flying[place] = added;
    to->count++;
}

static void send(end *from, end *to, uint32_t step, const uint8_t *data, size_t size)
{
    const bool is_coded = step % STEPS == SEND_CODED;
    message sent = {
        .data = copy_of(data, size),
        .length = size,
        .is_text = step & FLAG && aura_is_utf8(data, size),
        .is_coded = is_coded,
        .is_from_server = from->sender->terms.is_server,
        .flags = from->sender->flags,
        .counter = from->sender->counter,
    };
    sent.wire = write_message(from->sender, data, size, sent.is_text, is_coded, &sent.size);
    sent.bits = aura_check_bits(sent.size, from->sender->terms.check, sent.wire[0] == STREAM_HEAD_BYTE);
    add_at(to, to->count, sent);
}

/* Whether a message as it was sent passes the gates of rule STR-8 at a receiver: it can be the next one, and its remainder
 * is the demanded one. */
static bool passes(const message *sent, const aura_stream *receiver)
{
    const bool is_reset = sent->flags & STREAM_FLAG_RESET;
    if (is_reset ? (uint16_t)(sent->counter - receiver->counter) > STREAM_LATEST : receiver->is_lost)
        return false;
    const uint32_t ahead = is_reset ? 0 : (uint32_t)(sent->counter - receiver->counter);
    const uint32_t side = sent->is_from_server != receiver->terms.is_server ? 1u << (sent->bits - 1) : 0;
    return ((ahead + side) & UINT32_MAX >> (32 - sent->bits)) == 0;
}

/* Whether a receiver remembers what the sender of a message did, and waits for this one. */
static bool is_next(const message *sent, const end *to)
{
    const aura_stream *receiver = to->receiver;
    if (sent->is_from_server != receiver->terms.is_server)
        return false;
    return sent->flags & STREAM_FLAG_RESET || (to->is_sure && sent->counter == receiver->counter);
}

/* Deliver the first message in flight. */
static void deliver(end *to)
{
    if (to->count == 0)
        return;
    const message sent = take_from(to, 0);
    const bool is_passing = passes(&sent, to->receiver), is_certain = is_passing && is_next(&sent, to);
    uint8_t *text = malloc(MAX_DECODED);
    size_t length;
    const bool is_taken = read_message(to->receiver, sent.wire, sent.size, text, &length);
    const bool is_right = is_taken && length == sent.length && memcmp(text, sent.data, length) == 0 &&
                          to->receiver->is_text == sent.is_text;
    bool is_allowed = true; /* by the odds of the check */
    if (sent.fault == WHOLE)
        is_allowed = is_certain ? is_right : is_passing || !is_taken;
    else if (sent.fault == CUT && is_certain && !sent.is_coded)
        is_allowed = !is_taken;
    else if (sent.fault == BURST && is_passing)
        is_allowed = !is_taken;
    if (!is_allowed)
        abort();
    if (sent.fault == WHOLE && is_certain)
        to->is_sure = true;
    else if (is_taken)
        to->is_sure = to->was_sure = false;
    if (!is_taken)
        aura_stream_reset(to->sender, true);
    else if (to->receiver->flags & STREAM_FLAG_ASK)
        aura_stream_reset(to->sender, false);
    free(text);
    free_message(&sent);
}

/* Change bits of a message, which lie so close together that its check finds them with certainty, or elsewhere. */
static void flip(message *hurt, const uint8_t *data, size_t size)
{
    const size_t head = hurt->wire[0] != STREAM_HEAD_BYTE                    ? 0
                        : hurt->flags & STREAM_FLAG_RESET && hurt->size >= 4 ? 4
                                                                             : 2;
    const size_t place = size > 0 ? data[0] % hurt->size : 0;
    const uint8_t change = size > 1 ? data[1] : 1;
    const bool is_close = hurt->bits >= 8 || (change & 0xF0) == 0 || (change & 0x0F) == 0;
    const bool had_head = hurt->wire[0] == STREAM_HEAD_BYTE;
    hurt->wire[place] ^= change;
    const bool is_told = place >= head && had_head == (hurt->wire[0] == STREAM_HEAD_BYTE);
    if (change != 0)
        hurt->fault = hurt->fault == WHOLE && is_close && is_told ? BURST : DAMAGED;
}

/* Damage the first message in flight. */
static void damage(end *to, uint32_t step, const uint8_t *data, size_t size)
{
    if (to->count == 0 || to->flying[0].size == 0)
        return;
    message *hurt = &to->flying[0];
    if (step & FLAG) {
        hurt->size = size > 0 ? data[0] % hurt->size : hurt->size - 1;
        hurt->fault = hurt->fault == WHOLE || hurt->fault == CUT ? CUT : DAMAGED;
    } else if (size > 2) {
        free(hurt->wire);
        hurt->wire = copy_of(data, size);
        hurt->size = size;
        hurt->fault = DAMAGED;
    } else {
        flip(hurt, data, size);
    }
}

/* Have a later message be the first one, at the end that it flies to or, if so told, at that which sent it. */
static void move(end *at, end *other, uint32_t step, const uint8_t *data, size_t size)
{
    if (at->count == 0)
        return;
    const message moved = take_from(at, size > 0 ? data[0] % at->count : at->count - 1);
    add_at(step & FLAG ? other : at, 0, moved);
}

static void take_step(end *at, end *other, uint32_t step, const uint8_t *data, size_t size)
{
    switch (step % STEPS) {
    case SEND:
    case SEND_CODED:
        send(at, other, step, data, size);
        if (step & AT_ONCE)
            while (other->count > 0)
                deliver(other);
        break;
    case DELIVER:
        deliver(at);
        break;
    case DROP:
        if (at->count > 0) {
            const message gone = take_from(at, 0);
            free_message(&gone);
        }
        break;
    case REPEAT:
        if (at->count > 0)
            add_at(at, 0, copy_of_message(&at->flying[0]));
        break;
    case DAMAGE:
        damage(at, step, data, size);
        break;
    case MOVE:
        move(at, other, step, data, size);
        break;
    default:
        aura_stream_reset(at->sender, step & FLAG);
    }
}

/* Deliver all, and a message of each end a few times: by then both directions are as they should be. */
static void recover(end ends[2])
{
    static const uint8_t GREETING[] = "Are you still there?";
    for (int at = 0; at < 2; at++)
        while (ends[at].count > 0)
            deliver(&ends[at]);
    for (int round = 0; round < 6; round++)
        take_step(&ends[round & 1], &ends[~round & 1], SEND | FLAG | AT_ONCE, GREETING, sizeof GREETING - 1);
    if (ends[0].was_sure && ends[1].was_sure && (ends[0].receiver->is_lost || ends[1].receiver->is_lost))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    end ends[2] = {{.is_sure = true, .was_sure = true}, {.is_sure = true, .was_sure = true}};
    aura_stream_terms terms = terms_of(data[0]);
    for (int at = 0; at < 2; at++) {
        terms.is_server = at;
        ends[at].sender = start_stream(&terms);
        ends[!at].receiver = start_stream(&terms);
    }
    for (size_t at = 1; at + 2 <= size;) {
        const uint32_t step = data[at], place = step & SERVER ? 1 : 0;
        const size_t length = data[at + 1] < size - at - 2 ? data[at + 1] : size - at - 2;
        uint8_t *bytes = copy_of(data + at + 2, length);
        take_step(&ends[place], &ends[!place], step, bytes, length);
        free(bytes);
        at += 2 + length;
    }
    recover(ends);
    for (int at = 0; at < 2; at++) {
        free(ends[at].receiver);
        free(ends[at].sender);
    }
    return 0;
}
