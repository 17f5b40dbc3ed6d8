// What ranks do in mtf's collectives, in C: the same messages, in the same segments, folded in the same
// order. It takes and prints what collectives-rank.ts does.
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { segment = 1 << 20, most_ranks = 64, block = 4096 };

static int rank, size, fast;
static float *operand, *result, *terms;
static MPI_Request sent[2 * most_ranks];

static void isend(const float *from, long n, int to, int *count) {
  MPI_Isend(from, (int)n * 4, MPI_BYTE, to, 0, MPI_COMM_WORLD, &sent[(*count)++]);
}

static void recv(float *into, long n, int from) {
  MPI_Recv(into, (int)n * 4, MPI_BYTE, from, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
}

static void done(int *count) {
  MPI_Waitall(*count, sent, MPI_STATUSES_IGNORE);
  *count = 0;
}

// Adds what all ranks have of n elements, in ascending order of ranks.
static void fold(const float *own, float *into, long n) {
  for (long at = 0; at < n; at += block) {
    const long end = at + block < n ? at + block : n;
    for (int r = 0; r < size; r++) {
      const float *term = r == rank ? own : terms + r * (long)segment;
      if (r == 0) memcpy(into + at, term + at, (end - at) * 4);
      else for (long i = at; i < end; i++) into[i] += term[i];
    }
  }
}

static void all_reduce(long n) {
  if (fast) {
    MPI_Allreduce(operand, result, (int)n, MPI_FLOAT, MPI_SUM, MPI_COMM_WORLD);
    return;
  }
  for (long begin = 0; begin < n; begin += segment) {
    const long length = begin + segment < n ? segment : n - begin;
    long cut[most_ranks + 1];
    for (int r = 0; r <= size; r++) cut[r] = begin + length * r / size;
    int count = 0;
    for (int r = 0; r < size; r++) {
      if (r != rank) isend(operand + cut[r], cut[r + 1] - cut[r], r, &count);
    }
    const long own = cut[rank + 1] - cut[rank];
    for (int r = 0; r < size; r++) if (r != rank) recv(terms + r * (long)segment, own, r);
    done(&count);
    fold(operand + cut[rank], result + cut[rank], own);
    for (int r = 0; r < size; r++) if (r != rank) isend(result + cut[rank], own, r, &count);
    for (int r = 0; r < size; r++) if (r != rank) recv(result + cut[r], cut[r + 1] - cut[r], r);
    done(&count);
  }
}

static void reduce_scatter(long n) {
  for (long begin = 0; begin < n; begin += segment) {
    const long end = begin + segment < n ? begin + segment : n;
    int count = 0;
    long from = 0, own = 0;
    for (int r = 0; r < size; r++) {
      // What rank r keeps of this segment.
      const long first = n * r / size > begin ? n * r / size : begin;
      const long last = n * (r + 1) / size < end ? n * (r + 1) / size : end;
      if (r == rank) from = first, own = last - first;
      else if (last > first) isend(operand + first, last - first, r, &count);
    }
    if (own > 0) {
      for (int r = 0; r < size; r++) if (r != rank) recv(terms + r * (long)segment, own, r);
    }
    done(&count);
    if (own > 0) fold(operand + from, result + from - n * rank / size, own);
  }
}

static void all_gather(long n) {
  const long own = n / size;
  memcpy(result + rank * own, operand, own * 4);
  for (long begin = 0; begin < own; begin += segment) {
    const long length = begin + segment < own ? segment : own - begin;
    int count = 0;
    for (int r = 0; r < size; r++) if (r != rank) isend(operand + begin, length, r, &count);
    for (int r = 0; r < size; r++) if (r != rank) recv(result + r * own + begin, length, r);
    done(&count);
  }
}

// Memory that begins at a cache line, as a heap's of ours does: whether a copy is fast may depend on it.
static float *lines(size_t bytes) {
  void *memory;
  if (posix_memalign(&memory, 64, bytes)) MPI_Abort(MPI_COMM_WORLD, 3);
  return memory;
}

int main(int argc, char **argv) {
  MPI_Init(&argc, &argv);
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &size);
  if (argc < 5 || size > most_ranks) MPI_Abort(MPI_COMM_WORLD, 2);
  fast = strcmp(argv[1], "fast") == 0;
  const int times = atoi(argv[2]);
  terms = lines(sizeof(float) * segment * size);
  for (int a = 4; a < argc; a++) {
    const long bytes = atol(argv[a]), n = bytes / 4;
    operand = lines(bytes);
    result = lines(bytes);
    for (long i = 0; i < n; i++) operand[i] = 1, result[i] = 0;
    long count = ((128 << 20) + bytes / 2) / bytes;
    count = count < 2 ? 2 : count > 1024 ? 1024 : count;
    char names[256];
    snprintf(names, sizeof names, "%s", argv[3]);
    for (char *name = strtok(names, ","); name; name = strtok(NULL, ",")) {
      void (*run)(long) = strcmp(name, "all-reduce") == 0       ? all_reduce
                          : strcmp(name, "reduce-scatter") == 0 ? reduce_scatter
                                                                : all_gather;
      double fastest = 1e9;
      for (int time = 0; time < times; time++) {
        const double since = MPI_Wtime();
        for (long i = 0; i < count; i++) run(n);
        const double seconds = (MPI_Wtime() - since) / count;
        if (seconds < fastest) fastest = seconds;
      }
      if (rank == 0) {
        printf("{\"collective\":\"%s\",\"bytes\":%ld,\"seconds\":%.9f}\n", name, bytes, fastest);
        fflush(stdout);
      }
    }
    free(operand);
    free(result);
  }
  MPI_Finalize();
  return 0;
}
