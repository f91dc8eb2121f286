/*
 * faults.h - makes library functions fail on demand, through the linker's --wrap.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef FAULTS_H
#define FAULTS_H

#include <stdbool.h>

/* The names for --wrap are in the Makefile (FAULTS). */

/* The call with this number from now on fails, 1 being the next; 0: none does. */
void failCall(int number);

/* Whether the call to fail has come yet. */
bool callFailed(void);

/* How write(2) behaves. */
typedef enum { honestWrites, shortInterruptedWrites, fullDisk } Writes;
void setWrites(Writes writes);

#endif
