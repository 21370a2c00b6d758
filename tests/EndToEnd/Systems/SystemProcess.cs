using System.Diagnostics;
using System.Runtime.InteropServices;

namespace EndToEnd.Systems;

/// <summary>
/// The program of this assembly: runs the system of a folder in its own process, until SIGTERM or the end of its standard input, so
/// that it does not outlive the test process.
/// </summary>
internal static class SystemProcess
{
    /// <param name="arguments">The folder and the component set.</param>
    public static async Task<int> Main(string[] arguments)
    {
        if (arguments is not [var path, var set])
        {
            await Console.Error.WriteLineAsync("runs the system of a folder: EndToEnd.dll FOLDER SET; 'dotnet test' runs the tests");
            return 2;
        }
        var ending = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal =>
        {
            signal.Cancel = true;
            ending.TrySetResult();
        });
        var folder = SystemFolder.At(path);
        using (var self = Process.GetCurrentProcess())
        {
            new RunRecord(folder).Add("", self);
        }
        await using var run = new InProcessRun(folder, set, ownProcesses: [], Console.WriteLine);
        await run.ReadyAsync();
        Console.WriteLine("all apps are ready");
        await using var input = Console.OpenStandardInput(); // unlike Console.In, it does not block the caller
        await Task.WhenAny(ending.Task, input.CopyToAsync(Stream.Null));
        return await run.StopAsync();
    }
}
