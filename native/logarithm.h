/* Roots, and logarithms to base 2 of basic operations only. IEEE 754 rounds all of these, so that they are the same to the
 * last bit on every machine, where products and sums are not contracted; see aura/models/training/logarithm.py, which
 * has the same in numpy. */
#ifndef AURA_LOGARITHM_H
#define AURA_LOGARITHM_H

#include <stdint.h>
#include <string.h>

#ifdef __GNUC__
#define AURA_ROOT(number) __builtin_sqrt(number)
#else
#include <math.h>
#define AURA_ROOT(number) sqrt(number)
#endif

/* The logarithm of a finite number from 0 on. It is that of the number without its power of two, from 2^-1/2 to 2^1/2:
 * 2 / ln 2 · (s + s^3 / 3 + s^5 / 5 + ...), where s is (number - 1) / (number + 1). */
static inline double aura_log2(double number)
{
    const double least_normal = 0x1p-1022;
    const int64_t of_subnormal = number < least_normal ? 54 : 0;
    const double normal = number < least_normal ? number * 0x1p54 : number;
    int64_t bits;
    memcpy(&bits, &normal, sizeof bits);
    const int64_t fraction = bits & (((int64_t)1 << 52) - 1), half = (int64_t)1022 << 52;
    const int64_t joined = half | fraction; /* the bits of the number without its power of two, from 1/2 to 1 */
    double part;
    memcpy(&part, &joined, sizeof part);
    const int is_small = part < 0x1.6a09e667f3bcdp-1; /* 2^-1/2 */
    part = is_small ? part + part : part;
    const double power = (double)((bits >> 52) - 1022 - of_subnormal - is_small);
    const double s = (part - 1.0) / (part + 1.0), square = s * s;
    double sum = 0x1.1964ec6fc9491p-3;
    sum = sum * square + 0x1.3703c1f4d0ffep-3;
    sum = sum * square + 0x1.5b9ac9b743f0dp-3;
    sum = sum * square + 0x1.89f3b1694cffep-3;
    sum = sum * square + 0x1.c68f568d31760p-3;
    sum = sum * square + 0x1.0c9a84994022dp-2;
    sum = sum * square + 0x1.484b13d7c02a9p-2;
    sum = sum * square + 0x1.a61762a7aded9p-2;
    sum = sum * square + 0x1.2776c50ef9bfep-1;
    sum = sum * square + 0x1.ec709dc3a03fdp-1;
    sum = sum * square + 0x1.71547652b82fep+1;
    return number > 0.0 ? power + s * sum : -1.0 / 0.0;
}

#endif
