using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Operations;

// The measured code is in the sidecar's process. A process of its own for each benchmark would only add the time of its build.
var job = Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance).WithWarmupCount(5).WithIterationCount(10);
BenchmarkRunner.Run<SidecarOperations>(DefaultConfig.Instance.AddJob(job), args);
