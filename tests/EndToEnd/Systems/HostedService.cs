using System.Diagnostics;
using System.Reflection;
using System.Runtime.Loader;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace EndToEnd.Systems;

/// <summary>
/// A service of the platform in the test process: its entry point runs on a thread, with the variables of its process as arguments. Only its
/// log and its lifetime are replaced, because they would write to the console and handle the signals of the test process.
/// </summary>
internal sealed class HostedService
{
    private static readonly AsyncLocal<HostedService?> Current = new(); // set on the thread of an entry point

    private readonly TaskCompletionSource<IHostApplicationLifetime> starting = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Action<string> say;
    private volatile bool stopRequested;

    static HostedService()
    {
        DiagnosticListener.AllListeners.Subscribe(new Builders());
        AssemblyLoadContext.Default.Resolving += (_, name) => ServiceFiles.Load(name);
    }

    private HostedService(Action<string> say) => this.say = say;

    /// <summary>Completes when the entry point has returned. Faults if it has thrown.</summary>
    public Task Ended => ended.Task;

    /// <summary>Returns the assembly's file if the command is a service of the repository or of the folder, and null otherwise.</summary>
    public static string? FileOf(SystemFolder folder, IReadOnlyList<string> command, string directory) =>
        command is ["dotnet", var path]
        && Path.GetFullPath(path, directory) is var file
        && Path.Combine("services", Path.GetFileNameWithoutExtension(file), "bin", "app", Path.GetFileName(file)) is var built
        && (file == Path.Combine(Repository.Root, built) || file == folder.In(built))
            ? file
            : null;

    /// <param name="file">The service's assembly.</param>
    /// <param name="directory">The working directory of the process that it replaces.</param>
    /// <param name="variables">The environment variables of the process that it replaces.</param>
    public static HostedService Start(
        string file,
        string directory,
        IEnumerable<KeyValuePair<string, string>> variables,
        Action<string> say
    )
    {
        var service = new HostedService(say);
        var name = Path.GetFileNameWithoutExtension(file);
        string[] arguments =
        [
            $"--applicationName={name}",
            $"--contentRoot={directory}",
            .. variables.Select(variable => $"--{KeyOf(variable.Key)}={variable.Value}"),
        ];
        var thread = new Thread(() => service.Run(file, arguments)) { IsBackground = true, Name = $"entry point of {name}" };
        thread.UnsafeStart(); // the test's context must not flow into the service
        return service;
    }

    /// <summary>Stops the service as SIGTERM does, and waits for its end. Idempotent.</summary>
    public async Task StopAsync()
    {
        stopRequested = true;
        if (await Task.WhenAny(starting.Task, ended.Task) == starting.Task)
        {
            (await starting.Task).StopApplication();
        }
        await ended.Task;
    }

    /// <summary>Returns the configuration key of an environment variable.</summary>
    private static string KeyOf(string variable) =>
        variable.Replace("ASPNETCORE_", "", StringComparison.Ordinal).Replace("__", ":", StringComparison.Ordinal);

    private void Run(string file, string[] arguments)
    {
        Current.Value = this;
        try
        {
            ServiceFiles.Load(file).EntryPoint!.Invoke(null, BindingFlags.DoNotWrapExceptions, null, [arguments], null);
            ended.SetResult();
        }
        catch (OperationCanceledException) when (stopRequested)
        {
            ended.SetResult(); // stopped while it was starting
        }
        catch (Exception e)
        {
            say($"the entry point has failed: {e}");
            ended.SetException(e);
        }
    }

    private void Adapt(IHostBuilder builder) =>
        builder.ConfigureServices(services =>
        {
            services.RemoveAll<ILoggerProvider>().AddSingleton<ILoggerProvider>(new LineLogger(say));
            services.RemoveAll<IHostLifetime>().AddSingleton<IHostLifetime>(provider => new Lifetime(this, provider));
        });

    /// <summary>Meets the builder of each host of this process, and adapts those of services.</summary>
    private sealed class Builders : IObserver<DiagnosticListener>, IObserver<KeyValuePair<string, object?>>
    {
        public void OnNext(DiagnosticListener value)
        {
            if (value.Name == "Microsoft.Extensions.Hosting")
            {
                value.Subscribe(this);
            }
        }

        public void OnNext(KeyValuePair<string, object?> value)
        {
            if (value.Key == "HostBuilding" && Current.Value is { } service)
            {
                service.Adapt((IHostBuilder)value.Value!);
            }
        }

        public void OnCompleted() { }

        public void OnError(Exception error) { }
    }

    /// <summary>Ends the host at a request of the test instead of a signal.</summary>
    private sealed class Lifetime(HostedService service, IServiceProvider provider) : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken)
        {
            service.starting.TrySetResult(provider.GetRequiredService<IHostApplicationLifetime>());
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    /// <summary>The built services, each in a folder with its packages. All of them have the same versions, those of the repository.</summary>
    private static class ServiceFiles
    {
        private static readonly Lazy<IReadOnlyList<AssemblyDependencyResolver>> Resolvers = new(() =>
            [
                .. Directory
                    .EnumerateDirectories(Path.Combine(Repository.Root, "services"))
                    .Select(folder => Path.Combine(folder, "bin", "app", $"{Path.GetFileName(folder)}.dll"))
                    .Where(File.Exists)
                    .Select(file => new AssemblyDependencyResolver(file)),
            ]
        );

        /// <summary>A service of the repository is loaded once; another build of it is loaded beside it, with types of its own.</summary>
        public static Assembly Load(string file) =>
            file.StartsWith(Repository.Root, StringComparison.Ordinal)
                ? Assembly.Load(Path.GetFileNameWithoutExtension(file))
                : new OtherBuild().LoadFromAssemblyPath(file);

        public static Assembly? Load(AssemblyName name) =>
            Resolvers.Value.Select(resolver => resolver.ResolveAssemblyToPath(name)).OfType<string>().FirstOrDefault() is { } path
                ? AssemblyLoadContext.Default.LoadFromAssemblyPath(path)
                : null;
    }

    /// <summary>A single assembly, whose references are those of the repository's services.</summary>
    private sealed class OtherBuild : AssemblyLoadContext
    {
        protected override Assembly? Load(AssemblyName assemblyName) => Default.LoadFromAssemblyName(assemblyName);
    }
}
