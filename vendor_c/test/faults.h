/*
 * faults.h - makes library functions fail on demand, through the linker's --wrap.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef FAULTS_H
#define FAULTS_H

#include <stdbool.h>

/* FAULTS in the Makefile has the names for --wrap. */

/* Makes the call with this number fail, where 1 is the next call; 0: none fails. */
void failCall(int number);

/* Whether that call was made. */
bool callFailed(void);

/* How write(2) behaves. */
typedef enum { honestWrites, shortInterruptedWrites, fullDisk } Writes;
void setWrites(Writes writes);

#endif
